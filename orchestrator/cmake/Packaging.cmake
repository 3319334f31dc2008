include(GNUInstallDirs)
install(TARGETS mxodus RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY playbooks/ DESTINATION ${CMAKE_INSTALL_DATADIR}/mxodus/playbooks FILES_MATCHING PATTERN "*.yaml")
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
# As the shell finds it by itself; the program is asked, so that the words are those of this version.
install(CODE "execute_process(COMMAND $<TARGET_FILE:mxodus> completion bash
  OUTPUT_FILE ${CMAKE_BINARY_DIR}/completion.bash COMMAND_ERROR_IS_FATAL ANY)")
install(FILES ${CMAKE_BINARY_DIR}/completion.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
        RENAME mxodus)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The mxodus authors <mxodus@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "openssh-client")
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_STRIP_FILES ON)
include(CPack)
