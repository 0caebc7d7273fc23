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
forbid("kernels know arrays, not tapes"
       "(tapegrad/)?(.*/)?(tape|tensor|scalar|ops|view|gradients|record|recorder|entry|inputs|rule|sweep|push|context|tape_state)\\.h"
       IN autodiff/src/kernels autodiff/include/tapegrad/engine/loops)
# tensor.cpp notes on a tape that keeps values where they leave it.
forbid("tensors know blocks, not tapes"
       "tapegrad/(tape|scalars|custom|transforms|inspect|gradcheck)/|tapegrad/engine/(record|entry|recorder|inputs|rule|sweep|push|replay|tape_state|linearization|jacobian|scalars/)"
       IN autodiff/include/tapegrad/tensor autodiff/src/tensor EXCEPT autodiff/src/tensor/tensor.cpp)
forbid("the tape and its engine know neither who shows and checks them nor what rules others made"
       "(tapegrad/)?(inspect|gradcheck)/|tapegrad/custom/|tapegrad/engine/(custom/(rule|arrays)|scalars/(rule|external_rule|reversed_steps))"
       IN autodiff/src/tape autodiff/src/engine autodiff/include/tapegrad/tape)
forbid("scalars know neither custom ops nor diagnostics"
       "(tapegrad/)?(inspect|gradcheck)/|tapegrad/custom/|tapegrad/engine/custom/(rule|arrays)"
       IN autodiff/src/scalars autodiff/include/tapegrad/scalars autodiff/include/tapegrad/engine/scalars)
# The exceptions are templates that record in the user's own file.
set(public_folders custom files functions gradcheck inspect ops scalars tape tensor transforms)
list(TRANSFORM public_folders PREPEND autodiff/include/tapegrad/)
forbid("public headers do not show the engine" "tapegrad/engine/" IN ${public_folders} optim/include nn/include
       EXCEPT autodiff/include/tapegrad/custom/custom_op.h
              autodiff/include/tapegrad/functions/element.h
              autodiff/include/tapegrad/functions/fuse.h
              autodiff/include/tapegrad/scalars/checkpointed_loop.h
              autodiff/include/tapegrad/scalars/external_function.h
              autodiff/include/tapegrad/scalars/preaccumulate.h
              autodiff/include/tapegrad/scalars/scalar.h
              autodiff/include/tapegrad/tensor/in_place.h
              autodiff/include/tapegrad/transforms/transforms.h)
file(GLOB_RECURSE former RELATIVE ${ROOT} ${ROOT}/*/old_paths/*.h)
list(TRANSFORM former REPLACE "^.*old_paths/" "")
list(JOIN former "|" former)
string(REPLACE "." "\\." former "${former}")
if(former)
  forbid("headers under their former paths are for users" "(${former})[\">]"
         IN autodiff/include autodiff/src optim/include optim/src nn/include nn/src tests bench examples docs
         EXCEPT tests/package/old_paths.cpp)
endif()
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
