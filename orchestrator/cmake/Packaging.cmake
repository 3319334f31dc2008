include(GNUInstallDirs)
install(TARGETS mxodus RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY playbooks/ DESTINATION ${CMAKE_INSTALL_DATADIR}/mxodus/playbooks FILES_MATCHING PATTERN "*.yaml")
install(FILES README.md CONTRIBUTING.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
# Named as the shell looks for it by itself.
install(FILES ${CMAKE_BINARY_DIR}/completion.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
        RENAME mxodus)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The mxodus authors <mxodus@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# What no library asks for: `ssh -G` and the agent, and whom to trust when a provider's API is asked over HTTPS.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, openssh-client")
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/PackagePermissions.cmake)
include(CPack)
