#!/usr/bin/env python3
"""Writes a service's model as constant tables of cloud/wire/model.hpp. Usage: cmake/models.py MODEL.json TABLES.cpp

Its texts lie in one pool, and its rows hold numbers and pointers alone: the compiler has nothing to instantiate and
nothing to run, and the program nothing to do at its start.
"""

import json
import pathlib
import sys

PLAIN = {"string": "text", "number": "number", "boolean": "boolean", "timestamp": "timestamp", "date-time": "timestamp",
         "http-date": "timestamp", "epoch-seconds": "timestamp", "blob": "blob", "document": "document"}
PLACES = {"httpLabel": "label", "httpQuery": "query", "httpQueryParams": "query", "httpHeader": "header",
          "httpPrefixHeaders": "header", "httpPayload": "payload", "httpResponseCode": "status"}


class Tables:
    def __init__(self, model):
        self.model, self.protocol = model, model["protocol"]
        self.has_xml = self.protocol in ("query", "ec2") or "also" in model
        self.pool, self.places = "", {}
        self.shapes, self.members, self.values = {}, [], []

    def text(self, text):
        if text not in self.places:
            self.places[text] = len(self.pool)
            self.pool += text
        return f"{{pool + {self.places[text]}, {len(text)}}}"

    def wire_name(self, name, traits):
        if self.protocol == "query":
            return traits.get("xmlName", name)
        if self.protocol == "ec2":
            sent = traits.get("xmlName", name)
            return traits.get("ec2QueryName", sent[:1].upper() + sent[1:])
        return traits.get("jsonName", traits.get("httpQuery", traits.get("httpHeader", name)))

    def shape(self, name):
        """The number of a shape, after the shapes of its members."""
        if name in self.shapes:
            return list(self.shapes).index(name)
        self.shapes[name] = None
        number = len(self.shapes) - 1
        members, values, kind = [], [], PLAIN.get(name)
        if name[0] in "[{":
            kind = {"[": "list", "{": "map"}[name[0]]
            members = [self.member("member", name[1:-1], False)]
        elif kind is None:
            described = dict(self.model["shapes"][name])
            required = described.pop("required", ())
            [(kind, inner)] = described.items()
            if kind == "enum":
                kind, values = "text", inner
            elif kind in ("list", "map"):
                members = [self.member("member", inner, False)]
            else:
                kind = "structure"
                members = [self.member(each, inner[each], each in required) for each in inner]
        self.shapes[name] = (f"{{{self.text(name if name in self.model['shapes'] else '')}, model_shape::kind::{kind}, "
                             f"{self.span('members', self.members, members)}, {self.span('values', self.values, values)}}}")
        return number

    def member(self, name, described, required):
        traits = described if isinstance(described, dict) else {"is": described}
        place = next((PLACES[trait] for trait in traits if trait in PLACES), "body")
        in_xml = traits.get("xmlName", name) if self.has_xml else ""
        return (f"{{{self.text(name)}, {self.text(self.wire_name(name, traits))}, tables::shapes + "
                f"{self.shape(traits['is'])}, {str(required).lower()}, {str('sensitive' in traits).lower()}, "
                f"model_member::place::{place}, {self.text(in_xml)}, {str('xmlFlattened' in traits).lower()}}}")

    def span(self, name, table, rows):
        begin = len(table)
        table += [self.text(row) for row in rows] if name == "values" else rows
        return f"{{tables::{name} + {begin}, {len(rows)}}}"

    def operation(self, name, described):
        method, uri, status = described.get("http", ("", "", 200))
        given, answered = (f"tables::shapes + {self.shape(described[each])}" if described.get(each) else "nullptr"
                           for each in ("input", "output"))
        return f"{{{self.text(name)}, {given}, {self.text(method)}, {self.text(uri)}, {answered}, {status}}}"

    def error(self, name, described):
        return f"{{{self.text(described.get('code', name))}, {described['status']}, {self.text(name)}}}"

    def written(self):
        operations = [self.operation(*each) for each in sorted(self.model["operations"].items())]
        errors = [self.error(*each) for each in sorted(self.model["errors"].items())]
        head = (f"{self.text(self.model['service'])}, {self.text(self.model['version'])}, "
                f"protocol::{self.protocol.replace('-', '_')}, {self.text(self.model.get('target', ''))}")
        rows = {"shapes": ("model_shape", list(self.shapes.values())), "members": ("model_member", self.members),
                "values": ("std::string_view", self.values), "operations": ("model_operation", operations),
                "errors": ("model_error", errors)}
        out = '#include "cloud/wire/model.hpp"\n\nnamespace cruddur::cloud::wire {\nnamespace {\n'
        out += "constexpr char pool[] =\n" + "\n".join(f'"{self.pool[at:at + 100]}"' for at in range(0, len(self.pool), 100))
        out += ";\nstruct tables {\n"
        for name, (kind, table) in rows.items():
            out += f"static const {kind} {name}[{max(len(table), 1)}];\n"
        out += "};\n"
        for name, (kind, table) in rows.items():
            out += f"constinit const {kind} tables::{name}[] = {{\n" + ",\n".join(table or ["{}"]) + "};\n"
        name = self.model["service"].replace("-", "_")
        return out + (f"}} // namespace\n\nconstinit const service_model {name}_model{{{head}, tables::operations, {{tables::errors, {len(errors)}}}, {str('also' in self.model).lower()}}};\n"
                      "} // namespace cruddur::cloud::wire\n")


if __name__ == "__main__":
    source, target = map(pathlib.Path, sys.argv[1:])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(Tables(json.loads(source.read_text())).written())
