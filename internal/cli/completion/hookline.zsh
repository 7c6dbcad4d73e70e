#compdef hookline
# Completion of hookline for zsh. It needs compinit, which is part of zsh.
_hookline() {
  local -a candidates
  local line files= name
  while IFS= read -r line; do
    if [[ $line == :files ]]; then files=1; continue; fi
    name=${line%%$'\t'*}
    candidates+=("${name//:/\\:}:${line#*$'\t'}")
  done < <(${~words[1]} __complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( ${#candidates} )) && _describe hookline candidates
  [[ $files ]] && _files
}
if [[ ${funcstack[1]} == _hookline ]]; then
  _hookline "$@"
else
  compdef _hookline hookline
fi
