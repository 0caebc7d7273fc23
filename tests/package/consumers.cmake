# The programs that both consumers build: a small one, and one for each set of flags unlike the library's.
enable_testing()
add_executable(consumer ${CMAKE_CURRENT_LIST_DIR}/main.cpp)
target_link_libraries(consumer PRIVATE tapegrad::tapegrad)
add_test(NAME consumer COMMAND consumer)
# consumer_with(name flags...): flags.cpp compiled with these.
function(consumer_with name)
  add_executable(${name} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/flags.cpp)
  target_link_libraries(${name} PRIVATE tapegrad::tapegrad)
  target_compile_options(${name} PRIVATE ${ARGN})
  add_test(NAME ${name} COMMAND ${name})
endfunction()
