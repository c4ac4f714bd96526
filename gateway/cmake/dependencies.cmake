# Every library comes from a Debian package and is found with pkg-config; a missing one is named
# by the package that brings it.
find_package(PkgConfig REQUIRED)

function(linli_need target module minimum package)
    pkg_check_modules(${target} QUIET IMPORTED_TARGET GLOBAL ${module}>=${minimum})
    if(NOT ${target}_FOUND)
        message(FATAL_ERROR "${module} ${minimum} or newer is missing: apt-get install ${package}")
    endif()
endfunction()

linli_need(jansson jansson 2.13 libjansson-dev)
linli_need(openssl libcrypto 3.0 libssl-dev)
linli_need(sqlite3 sqlite3 3.40 libsqlite3-dev)
linli_need(libpq libpq 15 libpq-dev)
linli_need(libuv libuv 1.44 libuv1-dev)
linli_need(libmicrohttpd libmicrohttpd 0.9.75 libmicrohttpd-dev)
linli_need(libcurl libcurl 7.88 libcurl4-openssl-dev)
linli_need(hiredis hiredis 0.14 libhiredis-dev)
linli_need(pcre2 libpcre2-8 10.40 libpcre2-dev)
linli_need(icu icu-i18n 72 libicu-dev)
linli_need(libqrencode libqrencode 4.1 libqrencode-dev)
linli_need(expat expat 2.5 libexpat1-dev)
if(NOT LINLI_SANITIZE) # sanitizers bring an allocator of their own
    find_library(LINLI_MIMALLOC mimalloc) # Debian's package brings no pkg-config file
    if(NOT LINLI_MIMALLOC)
        message(FATAL_ERROR "mimalloc is missing: apt-get install libmimalloc-dev")
    endif()
endif()
if(LINLI_TESTS)
    linli_need(cmocka cmocka 1.1.5 libcmocka-dev)
endif()
