# Compiler settings shared by every target, as the interface library linli_flags.
option(LINLI_TESTS "build the tests" ON)
option(LINLI_FUZZ "build the fuzzers (clang)" OFF)
option(LINLI_WERROR "warnings are errors" OFF)
set(LINLI_SANITIZE "" CACHE STRING "sanitizers, e.g. address,undefined or thread")

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(linli_flags INTERFACE)
target_compile_definitions(linli_flags INTERFACE _POSIX_C_SOURCE=200809L
    LINLI_VERSION="${PROJECT_VERSION}")
target_compile_options(linli_flags INTERFACE
    $<$<COMPILE_LANGUAGE:C>:-Wall -Wextra -Wshadow -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes
    -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wundef -Wno-missing-field-initializers
    -fno-common -fstack-protector-strong>)
target_include_directories(linli_flags INTERFACE "${CMAKE_SOURCE_DIR}")
if(LINLI_WERROR)
    target_compile_options(linli_flags INTERFACE $<$<COMPILE_LANGUAGE:C>:-Werror>)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
    target_compile_options(linli_flags INTERFACE $<$<COMPILE_LANGUAGE:C>:-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
endif()
if(LINLI_SANITIZE)
    target_compile_options(linli_flags INTERFACE -fsanitize=${LINLI_SANITIZE} -fno-omit-frame-pointer
        -fno-sanitize-recover=all)
    target_link_options(linli_flags INTERFACE -fsanitize=${LINLI_SANITIZE})
endif()
if(LINLI_FUZZ)
    # Coverage for every room; the fuzzer's own main is linked by tests/fuzz.
    target_compile_options(linli_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
