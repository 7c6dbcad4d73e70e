#!/usr/bin/env bash
# Generates clients of the API from openapi.client.yaml with the generators of other languages, compiles them, and lets
# each talk to the real service. The last lines are a table. Arguments choose generators; without any, all run. `quick`
# stands for those that take seconds once they are installed. java needs Maven, all of openapi-generator a Java runtime.
#
# All versions are pinned: in the files of typescript/, python/ and ogen/. What is generated stays in generated/ folders
# that git ignores.
set -uo pipefail
cd "$(dirname "$0")"
top=$(cd ../.. && pwd)
spec=$top/openapi.client.yaml

quick=(openapi-typescript hey-api openapi-python-client datamodel-code-generator typescript-receiver python-receiver)
slow=(typescript-fetch python java ogen)
chosen=()
for name in "${@:-all}"; do
  case $name in
    all) chosen+=("${quick[@]}" "${slow[@]}") ;;
    quick) chosen+=("${quick[@]}") ;;
    *) chosen+=("$name") ;;
  esac
done

node_bin=$PWD/typescript/node_modules/.bin
python_bin=$PWD/python/venv/bin

# The jar comes with the Python package; a JRE comes from the distribution.
openapi_generator() { PATH=$python_bin:$PATH openapi-generator-cli generate -i "$spec" "$@"; }


generate_openapi-typescript() {
  mkdir -p typescript/generated/openapi-typescript
  "$node_bin/openapi-typescript" "$spec" --output typescript/generated/openapi-typescript/schema.d.ts
}
generate_hey-api() { (cd typescript && "$node_bin/openapi-ts" --input "$spec" --output generated/hey-api --client @hey-api/client-fetch); }
generate_typescript-fetch() {
  openapi_generator -g typescript-fetch -o "$PWD/typescript/generated/typescript-fetch" --additional-properties importFileExtension=.js
}
for name in openapi-typescript hey-api typescript-fetch; do
  eval "compile_$name() { compile_typescript $name; }; smoke_$name() { node typescript/built/$name/$name.js; }"
done
compile_typescript() {
  (cd typescript && sed "s/\"compilerOptions\"/\"files\": [\"$1.ts\"], &/" tsconfig.json >"tsconfig.$1.json" &&
    "$node_bin/tsc" --project "tsconfig.$1.json" --outDir "built/$1")
}

generate_openapi-python-client() {
  PATH=$python_bin:$PATH openapi-python-client generate --path "$spec" --meta none --overwrite \
    --output-path python/generated/openapi_python_client
}
generate_datamodel-code-generator() {
  mkdir -p python/generated
  "$python_bin/datamodel-codegen" --input "$spec" --input-file-type openapi --output-model-type pydantic_v2.BaseModel \
    --use-annotated --strict-nullable --disable-timestamp --output python/generated/datamodel_code_generator.py
}
generate_python() { openapi_generator -g python -o "$PWD/python/generated/openapi_generator"; }
compile_openapi-python-client() { "$python_bin/python" -m compileall -q python/generated/openapi_python_client; }
compile_datamodel-code-generator() { "$python_bin/python" -m compileall -q python/generated/datamodel_code_generator.py; }
compile_python() { "$python_bin/python" -m compileall -q python/generated/openapi_generator/openapi_client; }
smoke_openapi-python-client() { "$python_bin/python" python/openapi_python_client.py; }
smoke_datamodel-code-generator() { "$python_bin/python" python/datamodel_code_generator.py; }
smoke_python() { PYTHONPATH=python/generated/openapi_generator "$python_bin/python" python/openapi_generator.py; }

generate_java() { openapi_generator -g java --library native -o "$PWD/java/generated"; }
compile_java() {
  cp java/Smoke.java java/generated/src/main/java/
  (cd java/generated && mvn --quiet --batch-mode -DskipTests compile dependency:build-classpath -Dmdep.outputFile=classpath)
}
smoke_java() { java -cp "java/generated/target/classes:$(<java/generated/classpath)" Smoke; }

generate_ogen() { (cd ogen && go run github.com/ogen-go/ogen/cmd/ogen --target api --package api --clean "$spec"); }
compile_ogen() { go build -C ogen -o smoke .; }
smoke_ogen() { ogen/smoke; }

# A receiver verifies what hookline signs, and refuses another body.
generate_typescript-receiver() { :; }
compile_typescript-receiver() { compile_typescript receiver; }
smoke_typescript-receiver() { receive node typescript/built/receiver/receiver.js; }
generate_python-receiver() { :; }
compile_python-receiver() { "$python_bin/python" -m compileall -q python/receiver.py; }
smoke_python-receiver() { receive "$python_bin/python" python/receiver.py; }

receive() { # receive COMMAND...: starts a receiver, which prints its URL
  export WEBHOOK_SECRET=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
  local url receiver status=0
  exec {out}< <(exec "$@")
  receiver=$!
  read -r url <&"$out" || return 1
  printf '{"event":"connection.changed"}' >"$service/body.json"
  printf '{"event":"connection.CHANGED"}' >"$service/forged.json"
  [[ $(deliver "$url" "$service/body.json") == 204 && $(deliver "$url" "$service/forged.json") == 401 ]] || status=1
  kill "$receiver"
  return "$status"
}
deliver() { # deliver URL BODY: posts a body with the signature of body.json, prints the status
  "$service/hookline" sign --secret env:WEBHOOK_SECRET "$service/body.json" |
    curl --silent --output /dev/null --write-out '%{http_code}' --header @- --data-binary "@$2" "$1"
}

# start starts the service on a free port, with a database of its own.
start() {
  service=$(mktemp -d)
  : >"$service/log"
  go build -C "$top" -o "$service/hookline" ./cmd/hookline || exit 1
  (cd "$service" && exec ./hookline serve --dev --listen 127.0.0.1:0) >"$service/log" 2>&1 &
  pid=$!
  trap 'kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; rm -rf "$service"' EXIT
  local address=
  until address=$(sed -n "s/^.*listens on \\(http[^ ]*\\).*$/\\1/p" "$service/log") && [[ -n $address ]]; do
    kill -0 "$pid" 2>/dev/null || { cat "$service/log" >&2; exit 1; }
    sleep 0.1
  done
  HOOKLINE_URL=${address%/v4}/v4
  export HOOKLINE_URL HOOKLINE_API_KEY=dev-key
}

rows=() failed=0
row() { # row NAME: generate, compile, smoke-test
  local name=$1 step results=() output begun=$SECONDS
  for step in generate compile smoke; do
    if output=$("${step}_$name" 2>&1); then
      results+=(ok)
    else
      printf '%s: %s failed\n%s\n' "$name" "$step" "$output" >&2
      results+=(FAILED)
      failed=1
      break
    fi
  done
  rows+=("$(printf '%-26s %-9s %-9s %-9s %4d s' "$name" "${results[0]}" "${results[1]:--}" "${results[2]:--}" $((SECONDS - begun)))")
}

start
for name in "${chosen[@]}"; do row "$name"; done
printf '%-26s %-9s %-9s %-9s\n' generator generates compiles works
printf '%s\n' "${rows[@]}"
exit "$failed"
