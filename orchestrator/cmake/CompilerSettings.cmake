# One place for what every compile shares.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror
                    -Wno-missing-field-initializers)  # members have defaults: an omitted one is meant
include_directories(${CMAKE_SOURCE_DIR})

# The presets release, fuzz and tsan compile ten sources of a room as one, in a quarter of the time: what the headers
# bring is instantiated once. So names in anonymous namespaces differ within a room. In debug, asan and clang each source stands alone.
if(CMAKE_UNITY_BUILD)
  # A test's class and its fixture are in one source, which is not the main one; a name of another source is shadowed.
  add_compile_options($<IF:$<CXX_COMPILER_ID:GNU>,-Wno-subobject-linkage,-Wno-shadow>)
endif()

if(MXODUS_SANITIZE)
  add_compile_options(-fsanitize=${MXODUS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${MXODUS_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    add_compile_options(-Wno-maybe-uninitialized)  # with a sanitizer g++ 12 sees one in <regex> that is none
  endif()
endif()

if(MXODUS_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # a fuzzer is led by the coverage of all that it runs
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # base_dir and no hash_dir: a second checkout of the same sources hits the same cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tl-expected REQUIRED)
