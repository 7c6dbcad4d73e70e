# Completion of hookline for bash 3.2 or later. It needs nothing besides bash.
_hookline() {
  local words=() word joined= candidate prefix=
  # bash splits words at "=" and ":": a flag and its value are one word again.
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ $word == [=:]* || $joined ]] && ((${#words[@]})); then
      words[${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    if [[ $word == *[=:] ]]; then joined=1; else joined=; fi
  done
  ((${#words[@]})) || words=("")
  word=${words[${#words[@]}-1]}
  if [[ $word == *[=:]* ]]; then prefix=${word%"${word##*[=:]}"}; fi

  COMPREPLY=()
  local files=
  while IFS= read -r candidate; do
    if [[ $candidate == :files ]]; then files=1; continue; fi
    candidate=${candidate%%$'\t'*}
    COMPREPLY+=("${candidate#"$prefix"}")
  done < <("${1/#\~/$HOME}" __complete -- "${words[@]}" 2>/dev/null)
  [[ $files ]] || compopt +o default 2>/dev/null
}
complete -o default -F _hookline hookline
