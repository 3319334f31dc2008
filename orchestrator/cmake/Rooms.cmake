# mxodus_room(NAME [LINKS ...]) makes the static library of the folder it stands in, from every .cpp
# there and below it. One room a folder: what a room may use is exactly what its LINKS say.
function(mxodus_room name)
  cmake_parse_arguments(ROOM "" "" "LINKS;PRIVATE_LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_library(mxodus_${name} STATIC ${sources})
  target_link_libraries(mxodus_${name} PUBLIC tl::expected nlohmann_json::nlohmann_json Threads::Threads ${ROOM_LINKS}
                                       PRIVATE ${ROOM_PRIVATE_LINKS})
  mxodus_use_precompiled(mxodus_${name} mxodus_headers)
endfunction()
