# tapegrad_warnings(target): the warnings every target of this project is compiled with; errors in the dev preset.
function(tapegrad_warnings target)
  # GCC 12 warns wrongly about std::string + (bug 105651), hence -Wno-restrict, and about its own intrinsics of AVX-512,
  # which begin with a variable that is initialised by itself (bug 105593, mended in 13).
  target_compile_options(${target} PRIVATE -Wall -Wextra $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-uninitialized;-Wno-maybe-uninitialized>
    $<$<BOOL:${TAPEGRAD_WERROR}>:-Werror>)
endfunction()
