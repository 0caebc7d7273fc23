// expect in the first error: compile: the model is a temporary, which ends before it is trained
#include <tapegrad/nn.h>
const tapegrad::nn::Sequential model();
void f() { tapegrad::nn::compile(model(), {}); }
