# The dependency rules of the folders, checked in the #include lines of the sources under ROOT:
# nn -> optim -> autodiff; kernels know arrays, not tapes; one header names xtensor. Long files are named, not refused.
set(broken "")

# forbid(<reason> <regex of included files> IN <folders> [EXCEPT <files>])
function(forbid reason pattern)
  cmake_parse_arguments(PARSE_ARGV 2 rule "" "" "IN;EXCEPT")
  foreach(folder ${rule_IN})
    file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/${folder}/*.h ${ROOT}/${folder}/*.cpp)
    list(REMOVE_ITEM files ${rule_EXCEPT})
    foreach(file ${files})
      file(STRINGS ${ROOT}/${file} includes REGEX "^[ \t]*#[ \t]*include[ \t]*[<\"](${pattern})")
      foreach(include ${includes})
        string(APPEND broken "  ${file}: ${include}: ${reason}\n")
      endforeach()
    endforeach()
  endforeach()
  set(broken "${broken}" PARENT_SCOPE)
endfunction()

forbid("only xtensor.h names xtensor's files, whose places moved between releases" "xtensor/"
       IN autodiff optim nn EXCEPT autodiff/include/tapegrad/tensor/xtensor.h)
forbid("BLAS is bound in kernels only" "(xtensor-blas|xflens)/|cblas\\.h" IN autodiff/include optim nn)
forbid("kernels know arrays, not tapes" "(tapegrad/)?(.*/)?(tape|tensor|scalar|ops|view|gradients|record|recorder|entry|inputs|rule|sweep|push|context)\\.h"
       IN autodiff/src/kernels)
forbid("autodiff does not know what is built on it" "tapegrad/(optim|nn)[./]" IN autodiff)
forbid("optim does not know nn" "tapegrad/nn[./]" IN optim)
forbid("other components use public headers only" "(\\.\\./)*(autodiff|optim|nn)/src/" IN autodiff optim nn)

file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/autodiff/* ${ROOT}/optim/* ${ROOT}/nn/* ${ROOT}/tests/*.cpp)
foreach(file ${files})
  file(READ ${ROOT}/${file} newlines)
  string(REGEX REPLACE "[^\n]" "" newlines "${newlines}")
  string(LENGTH "${newlines}" lines)
  if(lines GREATER 400)
    message("long: ${file} has ${lines} lines; think of two files above 400")
  endif()
endforeach()

if(broken)
  message(FATAL_ERROR "rules of the house are broken:\n${broken}")
endif()
