// How many threads the library computes with.
#pragma once

namespace tapegrad {

/// The most threads that work on one op: its caller and the library's workers, which sleep when there is nothing to do.
/// At start TAPEGRAD_THREADS, else OMP_NUM_THREADS, else the processors this process may use. All of a program's
/// threads share the workers: k threads that compute at once never run on more than k + threads() - 1, and a thread
/// that finds the workers taken computes alone. Results have the same bits for every number.
int threads();
/// Sets it, from the next op on. Throws Error unless it is 1 to 1024.
void set_threads(int count);

}  // namespace tapegrad
