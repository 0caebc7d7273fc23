// expect: use of deleted function
#include <tapegrad/autodiff.h>
void f(tapegrad::Tape& a) { tapegrad::Tape b(a); }
