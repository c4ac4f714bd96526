# linli_room(NAME SOURCES globs… [EMBED folder globs…] [ROOMS rooms…] [LIBRARIES libs…])
#
# A static library for a room. EMBED compiles data files into it: the table NAME_files (see
# gateway/base/embed.h) names each by its path below the source tree.
# NAME_alone, linked from the whole of the room and only the rooms it may call, fails to link when
# a call goes up the list.
function(linli_room name)
    cmake_parse_arguments(ROOM "" "" "SOURCES;EMBED;ROOMS;LIBRARIES" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}" ${ROOM_SOURCES})
    list(REMOVE_ITEM sources gateway/main.c)
    if(ROOM_EMBED)
        list(POP_FRONT ROOM_EMBED folder)
        linli_embed(${name} embedded ${ROOM_EMBED})
        list(APPEND sources ${embedded})
    endif()
    if(NOT sources) # a room whose first file is not written yet
        file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/embedded/${name}_empty.c"
            CONTENT "extern const int ${name}_is_empty;\nconst int ${name}_is_empty = 1;\n")
        set(sources "${CMAKE_BINARY_DIR}/embedded/${name}_empty.c")
    endif()
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC ${ROOM_ROOMS} ${ROOM_LIBRARIES} PRIVATE linli_flags)
    if(LINLI_TESTS)
        add_executable(${name}_alone "${CMAKE_SOURCE_DIR}/tests/rooms/alone.c")
        target_link_libraries(${name}_alone PRIVATE linli_flags
            "$<LINK_LIBRARY:WHOLE_ARCHIVE,${name}>" ${ROOM_ROOMS} ${ROOM_LIBRARIES})
    endif()
endfunction()

# Writes one assembler file that holds the bytes of each data file, and one C table of them.
function(linli_embed name out)
    file(GLOB files CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}" ${ARGN})
    set(asm "    .section .rodata\n")
    set(decls "")
    set(rows "")
    set(i 0)
    foreach(file IN LISTS files)
        string(APPEND asm "    .balign 16\n    .globl ${name}_file_${i}\n${name}_file_${i}:\n"
            "    .incbin \"${CMAKE_SOURCE_DIR}/${file}\"\n"
            "    .globl ${name}_file_${i}_end\n${name}_file_${i}_end:\n    .byte 0\n")
        string(APPEND decls "extern const char ${name}_file_${i}[], ${name}_file_${i}_end[];\n")
        string(APPEND rows "    { \"${file}\", ${name}_file_${i}, ${name}_file_${i}_end },\n")
        math(EXPR i "${i} + 1")
    endforeach()
    string(APPEND asm "    .section .note.GNU-stack,\"\",%progbits\n")
    set(dir "${CMAKE_BINARY_DIR}/embedded")
    file(CONFIGURE OUTPUT "${dir}/${name}.S" CONTENT "${asm}" @ONLY)
    file(CONFIGURE OUTPUT "${dir}/${name}.c" CONTENT
"#include \"gateway/base/embed.h\"
extern const struct embedded_file ${name}_files[];
${decls}const struct embedded_file ${name}_files[] = {
${rows}    { 0, 0, 0 },
};
" @ONLY)
    set(absolute "")
    foreach(file IN LISTS files)
        list(APPEND absolute "${CMAKE_SOURCE_DIR}/${file}")
    endforeach()
    set_source_files_properties("${dir}/${name}.S" PROPERTIES OBJECT_DEPENDS "${absolute}")
    set(${out} "${dir}/${name}.S" "${dir}/${name}.c" PARENT_SCOPE)
endfunction()
