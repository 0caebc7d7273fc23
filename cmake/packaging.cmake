# Install rules and the package config that find_package(tapegrad) reads.
include(CMakePackageConfigHelpers)
install(TARGETS ${components} tapegrad EXPORT tapegrad-targets FILE_SET HEADERS)
install(EXPORT tapegrad-targets NAMESPACE tapegrad:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/tapegrad)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/tapegrad-config.cmake.in
                              ${PROJECT_BINARY_DIR}/tapegrad-config.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/tapegrad)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tapegrad-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/tapegrad-config.cmake ${PROJECT_BINARY_DIR}/tapegrad-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/tapegrad)
