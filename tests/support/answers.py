"""Holds raw answers of local AWS against the models of src/cloud/models: nothing that AWS lacks, nothing of another type.

`Answers().hear` is for botocore's event response-received, and keeps what is wrong in `breaches`, as
"service.Operation.Member: what is wrong", and in `answered` which operations were answered well.
"""

import base64
import binascii
import collections
import json
import pathlib
import re
import xml.etree.ElementTree

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "src/cloud/models"
MODELS = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))
          if not path.stem.startswith("package")}
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
SIMPLE = ("string", "number", "boolean", "timestamp", "date-time", "http-date", "epoch-seconds", "blob", "document")


def served(model):
    """The names of the operations that have shapes: those that local AWS serves."""
    return [name for name, described in model["operations"].items() if "input" in described]


# What AWS answers though its own model lacks it: an internet gateway that is attached says "available", as
# InternetGatewayAttachment's reference has it.
BESIDE_THE_MODEL = {("AttachmentStatus", "available")}


class Shapes:
    """What walks of XML and of JSON share: the shapes of one service, and the breaches."""

    def __init__(self, model):
        self.model, self.breaches = model, []

    def wrong(self, path, what):
        self.breaches.append(f"{path}: {what}")

    def resolve(self, described):
        """A member's type, as its kind and what that is made of; and its traits."""
        traits = described if isinstance(described, dict) else {"is": described}
        name = traits["is"]
        if name[0] in "[{":
            return {"[": "list", "{": "map"}[name[0]], name[1:-1], traits
        if name in SIMPLE:
            return name, None, traits
        shape = {key: value for key, value in self.model["shapes"][name].items() if key != "required"}
        [(kind, inner)] = shape.items()
        return {"union": "structure"}.get(kind, kind), inner, traits

    def members(self, name):
        return self.resolve(name)[1] if name else {}


class Json(Shapes):
    TYPES = {"string": str, "enum": str, "blob": str, "boolean": bool, "number": (int, float), "timestamp": (int, float),
             "epoch-seconds": (int, float), "date-time": str, "list": list, "map": dict, "structure": dict,
             "document": object}

    def structure(self, members, value, path):
        names = {(traits.get("jsonName", name) if isinstance(traits, dict) else name): traits
                 for name, traits in members.items()}
        for name, inner in value.items():
            if name in names:
                self.value(names[name], inner, f"{path}.{name}")
            else:
                self.wrong(f"{path}.{name}", "AWS has no such member")

    def value(self, described, value, path):
        kind, inner, _ = self.resolve(described)
        if not isinstance(value, self.TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
            self.wrong(path, f"{value!r} is no {kind}")
        elif kind == "enum" and value not in inner:
            self.wrong(path, f"{value!r} is none of {inner}")
        elif kind == "structure":
            self.structure(inner, value, path)
        elif kind in ("list", "map"):
            for each in value.values() if kind == "map" else value:
                self.value(inner, each, path)
        elif kind == "blob":
            try:
                base64.b64decode(value, validate=True)
            except binascii.Error:
                self.wrong(path, "is no base64")


class Xml(Shapes):
    TEXTS = {"number": r"-?\d+(\.\d+)?", "boolean": "true|false", "timestamp": DATE_TIME.pattern}

    def structure(self, members, element, path):
        names = {(traits.get("xmlName", name) if isinstance(traits, dict) else name): traits
                 for name, traits in members.items()}
        seen = collections.Counter(child.tag for child in element)
        for child in element:
            at = f"{path}.{child.tag}"
            if child.tag not in names:
                self.wrong(at, "AWS has no such member")
            elif seen[child.tag] > 1 and not (isinstance(names[child.tag], dict) and "xmlFlattened" in names[child.tag]):
                self.wrong(at, "is there twice")
            else:
                self.value(names[child.tag], child, at)

    def value(self, described, element, path):
        kind, inner, traits = self.resolve(described)
        if kind == "structure":
            return self.structure(inner, element, path)
        if kind == "list" and "xmlFlattened" not in traits:
            tag = inner.get("xmlName", "member") if isinstance(inner, dict) else "member"
            for child in element:
                if child.tag != tag:
                    self.wrong(path, f"an element is a {child.tag}, and no {tag}")
                self.value(inner, child, path)
        elif kind == "list":
            self.value(inner, element, path)
        elif kind == "map":
            for entry in element:
                if [child.tag for child in entry] != ["key", "value"]:
                    self.wrong(path, "an entry is no key and its value")
                else:
                    self.value(inner, entry[1], f"{path}.{entry[0].text}")
        elif len(element):
            self.wrong(path, f"is no {kind}, and has members")
        elif kind == "enum" and element.text not in inner and (traits["is"], element.text) not in BESIDE_THE_MODEL:
            self.wrong(path, f"{element.text!r} is none of {inner}")
        elif not re.fullmatch(self.TEXTS.get(kind, r"(?s).*"), element.text or ""):
            self.wrong(path, f"{element.text!r} is no {kind}")


def without_namespace(element):
    for each in element.iter():
        each.tag = each.tag.split("}")[-1]
    return element


def xml_breaches(model, operation, members, body):
    check = Xml(model)
    root = without_namespace(xml.etree.ElementTree.fromstring(body))
    if root.tag != f"{operation}Response":
        check.wrong(operation, f"the answer is a {root.tag}")
    if model["protocol"] == "ec2":
        # EC2 says "return" of what returns nothing else, as its reference shows it; its model leaves that out.
        check.structure({"return": "boolean", **members, "requestId": "string"}, root, operation)
    else:
        parts = [child.tag for child in root]
        if parts not in ([f"{operation}Result", "ResponseMetadata"], ["ResponseMetadata"]):
            check.wrong(operation, f"the answer is made of {parts}")
        check.structure(members, root[0] if len(root) > 1 else [], operation)
    return check.breaches


def json_breaches(model, operation, members, body):
    check = Json(model)
    check.structure(members, json.loads(body or b"{}"), operation)
    return check.breaches


def rest_breaches(model, operation, members, answer):
    check = Json(model)
    wire = {name: traits if isinstance(traits, dict) else {} for name, traits in members.items()}
    status = model["operations"][operation]["http"][2]
    if answer["status_code"] != status and not any("httpResponseCode" in traits for traits in wire.values()):
        check.wrong(operation, f"the status is {answer['status_code']}, and not {status}")
    for name, traits in wire.items():
        if "httpHeader" in traits and traits["httpHeader"] in answer["headers"]:
            check.value(members[name], answer["headers"][traits["httpHeader"]], f"{operation}.{name}")
    if not any("httpPayload" in traits for traits in wire.values()):
        inner = {name: members[name] for name, traits in wire.items() if not {"httpHeader", "httpResponseCode"} & set(traits)}
        check.structure(inner, json.loads(answer["body"] or b"{}"), operation)
    return check.breaches


def error_breaches(model, operation, code, status):
    """A code that the model has comes with the model's status; the JSON protocol answers all that the caller did with
    400, whatever the model says."""
    if model["protocol"] == "json" and "also" not in model:
        return [] if status in (400, 500, 503) else [f"{operation}: {code} has the status {status}"]
    known = {described.get("code", name): described["status"] for name, described in model["errors"].items()}
    wanted = known.get(code, status)
    return [] if wanted == status else [f"{operation}: {code} has the status {status}, and in AWS {wanted}"]


class Answers:
    def __init__(self):
        self.answered, self.breaches = collections.defaultdict(set), {}

    def hear(self, response_dict, parsed_response, event_name, **_):
        _, service, operation = event_name.split(".")
        names = {"cognito-identity-provider": "cognito-idp", "cloudwatch-logs": "logs", "secrets-manager": "secretsmanager",
                 "eventbridge": "events"}
        service = names.get(service, service)
        model = MODELS.get(service)
        if model is None or response_dict is None or operation not in served(model):
            return
        for breach in self.of(model, operation, response_dict, parsed_response):
            self.breaches.setdefault(re.sub(r"'[^']*'", "'…'", breach), f"{service}.{breach}")

    def of(self, model, operation, answer, parsed):
        if answer["status_code"] >= 300:
            return error_breaches(model, operation, parsed["Error"]["Code"], answer["status_code"])
        self.answered[model["service"]].add(operation)
        shapes = Shapes(model)
        members = shapes.members(model["operations"][operation]["output"])
        if model["protocol"] == "rest-json":
            return rest_breaches(model, operation, members, answer)
        check = xml_breaches if model["protocol"] in ("query", "ec2") or "also" in model else json_breaches
        return check(model, operation, members, answer["body"])
