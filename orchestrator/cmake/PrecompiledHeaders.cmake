# The headers that nearly every source reads are parsed once for the whole tree: half of a compile was that.
# Off with the preset clang, where each file must name by itself what it uses.
option(MXODUS_PCH "Precompile the shared headers" ON)

if(MXODUS_PCH AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  add_compile_options(-fpch-preprocess)  # without it ccache keeps nothing that uses one
elseif(MXODUS_PCH AND CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  # With the headers' times in it, every clone has another one, and ccache finds nothing. Ninja sees a header that changed.
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
endif()

# mxodus_precompiled(NAME HEADERS ... [OPTIONS ...] [LINKS ...]) makes the object library NAME that holds the precompiled headers.
function(mxodus_precompiled name)
  cmake_parse_arguments(PCH "" "" "HEADERS;OPTIONS;LINKS" ${ARGN})
  if(NOT MXODUS_PCH)
    return()
  endif()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "")
  add_library(${name} OBJECT ${source})
  target_link_libraries(${name} PRIVATE ${PCH_LINKS})
  target_compile_options(${name} PRIVATE ${PCH_OPTIONS})
  target_precompile_headers(${name} PRIVATE ${PCH_HEADERS})
endfunction()

# mxodus_use_precompiled(TARGET NAME)
function(mxodus_use_precompiled target name)
  if(MXODUS_PCH)
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()

set(shared_headers <algorithm> <chrono> <condition_variable> <cstdint> <filesystem> <functional> <map> <memory> <mutex>
    <optional> <set> <span> <stop_token> <string> <string_view> <thread> <utility> <variant> <vector>
    <nlohmann/json.hpp> <tl/expected.hpp>)
mxodus_precompiled(mxodus_headers HEADERS ${shared_headers}
                   LINKS tl::expected nlohmann_json::nlohmann_json Threads::Threads)
