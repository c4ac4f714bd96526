# cmake -B build-asan -DPRESET=asan
#   default  optimised, with debug information
#   asan     ASan and UBSan
#   tsan     TSan
#   fuzz     clang's libFuzzer with ASan and UBSan
# A preset only fills in what the command line leaves open.
set(PRESET default CACHE STRING "default, asan, tsan or fuzz")
set_property(CACHE PRESET PROPERTY STRINGS default asan tsan fuzz)

if(PRESET STREQUAL "default")
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "")
elseif(PRESET STREQUAL "asan")
    set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
    set(LINLI_SANITIZE address,undefined CACHE STRING "")
elseif(PRESET STREQUAL "tsan")
    set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
    set(LINLI_SANITIZE thread CACHE STRING "")
elseif(PRESET STREQUAL "fuzz")
    set(CMAKE_C_COMPILER clang CACHE STRING "")
    set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
    set(LINLI_SANITIZE address,undefined CACHE STRING "")
    set(LINLI_FUZZ ON CACHE BOOL "")
else()
    message(FATAL_ERROR "PRESET=${PRESET} is unknown: use default, asan, tsan or fuzz")
endif()
