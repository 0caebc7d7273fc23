// expect: use of deleted function|call to deleted constructor
#include <tapegrad/autodiff.h>
void f(tapegrad::Tape& a) { tapegrad::Tape b(a); }
