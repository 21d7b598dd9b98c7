// Lambda's calls whose commands are more than their members: code is a file beside the command, and so is an event.
import type { CreateFunctionCommandInput } from "@aws-sdk/client-lambda";
import type { Step } from "../ground/call";
import { commandOf, quoted } from "../ground/command";
import { createFunction, updateCode } from "./calls";
import { zipCommandOf, zipOf, type CodeFile } from "./code";

/** Edited files, or a zip that was chosen. */
export type Package = { files: CodeFile[] } | { zip: Uint8Array; name: string };

function zipBytesOf(code: Package) {
  return "files" in code ? zipOf(code.files) : code.zip;
}

function withZip(code: Package, command: (option: string) => string) {
  if (!("files" in code)) return command(`--zip-file ${quoted(`fileb://${code.name}`)}`);
  const making = zipCommandOf(code.files) ?? "# function.zip: the files of the editor, of which some are no text";
  return `${making}\n${command("--zip-file fileb://function.zip")}`;
}

export function createStep(input: Omit<CreateFunctionCommandInput, "Code">, code: Package): Step {
  return {
    command: withZip(code, (option) => commandOf("lambda", "CreateFunction", input, [option])),
    run: () => createFunction.run({ ...input, Code: { ZipFile: zipBytesOf(code) } }),
  };
}

export function deployStep(name: string, code: Package): Step {
  const input = { FunctionName: name };
  return {
    command: withZip(code, (option) => commandOf("lambda", "UpdateFunctionCode", input, [option])),
    run: () => updateCode.run({ ...input, ZipFile: zipBytesOf(code) }),
  };
}

export function invokeCommand(name: string, event: string) {
  const input = { FunctionName: name, LogType: "Tail" };
  return `printf '%s' ${quoted(event)} > event.json\n${commandOf("lambda", "Invoke", input, ["--payload fileb://event.json", "result.json"])}\ncat result.json`;
}
