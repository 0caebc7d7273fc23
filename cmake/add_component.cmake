# tapegrad_add_component(name): the library of one folder with include/ (public) and src/ (private).
# It depends on the components added before it; the first one is built on the third-party libraries.
function(tapegrad_add_component name)
  set(target tapegrad_${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/src/*.cpp)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/include/*.h)
  add_library(${target} ${sources})
  add_library(tapegrad::${name} ALIAS ${target})
  # Shared and installed, a component finds the others beside it, and the flavour of OpenBLAS that it was linked with.
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON
                        VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
                        INSTALL_RPATH "$ORIGIN" INSTALL_RPATH_USE_LINK_PATH ON)
  target_compile_features(${target} PUBLIC cxx_std_20)
  # Headers under the paths that they had before they moved into folders; they go away after one release.
  file(GLOB_RECURSE old_paths CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/old_paths/*.h)
  target_sources(${target} PUBLIC FILE_SET HEADERS FILES ${headers} ${old_paths}
                 BASE_DIRS ${PROJECT_SOURCE_DIR}/${name}/include ${PROJECT_SOURCE_DIR}/${name}/old_paths)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/${name}/src)
  tapegrad_warnings(${target})
  tapegrad_precompile(${target} ${PROJECT_SOURCE_DIR}/autodiff/include/tapegrad/tensor/xtensor.h)
  # Functions begin where a line of the cache does: a small product of matrices took a third longer where another file
  # had moved its loop.
  target_compile_options(${target} PRIVATE -fno-math-errno -falign-functions=64
                         $<$<BOOL:${TAPEGRAD_ARCH}>:-march=${TAPEGRAD_ARCH}>
                         $<$<BOOL:${BUILD_SHARED_LIBS}>:-ftls-model=initial-exec$<SEMICOLON>-fno-semantic-interposition>)
  if(BUILD_SHARED_LIBS AND NOT APPLE)
    target_link_options(${target} PRIVATE -Wl,-Bsymbolic-functions)  # calls inside the library need no table
  endif()
  get_property(earlier GLOBAL PROPERTY TAPEGRAD_COMPONENTS)
  if(earlier)
    target_link_libraries(${target} PUBLIC ${earlier})
  else()
    target_include_directories(${target} SYSTEM PRIVATE ${TAPEGRAD_BLAS_INCLUDE} ${TAPEGRAD_XTENSOR_BLAS_INCLUDE})
    target_link_libraries(${target} PUBLIC xtensor xsimd PRIVATE OpenMP::OpenMP_CXX ${TAPEGRAD_BLAS})
  endif()
  set_property(GLOBAL APPEND PROPERTY TAPEGRAD_COMPONENTS ${target})
endfunction()
