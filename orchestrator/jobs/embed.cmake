# cmake -DOUT=FILE -DDIR=FOLDER -P embed.cmake: every FOLDER/*.sh as a constant of sh.h.
file(GLOB parts ${DIR}/*.sh)
set(code "#include \"orchestrator/jobs/sh.h\"\n\nnamespace mxodus::sh {\n")
foreach(part ${parts})
  get_filename_component(name ${part} NAME_WE)
  file(READ ${part} text)
  # Hosts read these texts with every call: they get them without the comments, but for shellcheck's.
  string(REGEX REPLACE "\n *# shellcheck" "\n#shellcheck" text "\n${text}")
  string(REGEX REPLACE "\n *# [^\n]*" "" text "${text}")
  string(APPEND code "constinit const std::string_view ${name} = R\"SH(${text})SH\";\n")
endforeach()
file(WRITE ${OUT} "${code}}  // namespace mxodus::sh\n")
