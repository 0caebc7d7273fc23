// expect: use of deleted function .*compile|call to deleted function 'compile'
#include <tapegrad/nn.h>
const tapegrad::nn::Sequential model();
void f() { tapegrad::nn::compile(model(), {}); }
