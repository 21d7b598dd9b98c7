"""Walks the members that local AWS's operations accept, by botocore's models: what cloud_members_test.py holds.

An operation that reads (Describe..., Get..., List..., Filter...) heeds a member when its answer is another one than the
base call's; any other shows the member in its answer or in what is described afterwards.

A service's table is a module of tests/members/. Its names, all but the first three optional:
  SERVICE            botocore's name of the service
  world(aws)         makes what the calls need, once, and returns it
  BASE[operation]    the arguments of a call that works: a dict, or a function of the world where each call needs
                     something of its own. An operation that is not there is called without arguments
  WITHIN[member]     what stands beside a nested member where the base call has no such structure
  VALUES[member]     a value for the member, or a function of the world, where its type's does not do
  SEEN[operation]    a function of the world, the arguments and the answer: what is described of it afterwards
  ACTS[member]       a function of the same three that tells whether the member acted, or a test that shows it:
                     "cloud_ec2_test.py:test_rules_come_in_pages", which must name the member
  UNHEEDED[member]   why there is nothing for the member to do, as in AWS itself
A member is "Operation.Outer.Inner", or without its operation or its structures for all that are called so.
"""

import copy
import datetime
import pathlib
import re

import botocore.client
import botocore.exceptions

TESTS = pathlib.Path(__file__).resolve().parent.parent
UNKNOWN_OPERATION = {"InvalidAction", "UnknownOperationException", "404", "not_found"}
READS = ("Describe", "Filter", "Get", "List")
TEXT = "walked-member"
NUMBER = 1177
PROBE = "probed"  # a text that is in no walk, as a probe may create something


class Member:
    """A member of an operation's input that is no structure itself: its path, and its shape."""

    def __init__(self, operation, path, shapes):
        self.operation, self.path, self.shapes = operation, path, shapes
        self.name, self.shape = path[-1], shapes[-1]

    def find(self, table):
        """What a table has for it, by its most exact name."""
        names = (".".join(self.path[begin:]) for begin in range(len(self.path)))
        for name in (f"{self.operation}.{'.'.join(self.path)}", *names):
            if name in table:
                return table[name]
        return None

    def __str__(self):
        return f"{self.operation}.{'.'.join(self.path)}"


def structure_of(shape):
    while shape.type_name == "list":
        shape = shape.member
    return shape if shape.type_name == "structure" and shape.members else None


def members_of(operation, shape, path=(), shapes=(), above=()):
    for name, member in shape.members.items():
        inner = structure_of(member)
        if inner is None:
            yield Member(operation, (*path, name), (*shapes, member))
        elif inner.name not in above:
            yield from members_of(operation, inner, (*path, name), (*shapes, member), (*above, inner.name))


def plausible(shape, text=TEXT):
    kind = shape.type_name
    if kind == "structure":
        return {name: plausible(shape.members[name], text) for name in shape.required_members}
    if kind == "list":
        return [plausible(shape.member, text)]
    if kind == "map":
        return {text: plausible(shape.value, text)}
    if kind == "string":
        return shape.enum[-1] if getattr(shape, "enum", None) else text
    if kind in ("integer", "long", "float", "double"):
        return min(max(NUMBER, shape.metadata.get("min", 0)), shape.metadata.get("max", NUMBER))
    return {"boolean": True, "blob": text.encode(), "timestamp": datetime.datetime(2026, 1, 2, 3, 4, 5)}[kind]


def leaves(value, name=""):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield "", key
            yield from leaves(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, name)
    else:
        yield name, value


def shows(described, name, value):
    """Whether a text turns up anywhere, and a number or a flag under its own name."""
    if isinstance(value, dict):
        return all(shows(described, key, inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(shows(described, name, inner) for inner in value)
    if isinstance(value, str):
        return any(isinstance(leaf, str) and value in leaf for _, leaf in leaves(described))
    return any(key.lower() == name.lower() and leaf == value for key, leaf in leaves(described))


def show_test(reference, member):
    """Finds the test that a table names for a member, and the member in it."""
    file, test = reference.split(":")
    begin = re.split(re.escape(test) + r"[()]", (TESTS / file).read_text(), maxsplit=1)
    if len(begin) == 1:
        return f"{file} has no {test}"
    body = re.split(r"\n    def |\nclass |\nTEST|\ntest\(", begin[1], maxsplit=1)[0]
    return None if member.name in body else f"{reference} does not speak of {member.name}"


class Walk:
    def __init__(self, aws, table):
        self.table, self.world = table, table.world(aws)
        self.client = aws.client(table.SERVICE, parameter_validation=False, inject_host_prefix=False)
        self.model = self.client.meta.service_model
        self.methods = {name: method for method, name in self.client.meta.method_to_api_mapping.items()}

    def entry(self, kind):
        return getattr(self.table, kind, {})

    def made(self, value):
        return copy.deepcopy(value(self.world) if callable(value) else value)

    def call(self, operation, arguments):
        answer = getattr(self.client, self.methods[operation])(**arguments)
        answer.pop("ResponseMetadata")
        return {name: value.read() if hasattr(value, "read") else value for name, value in answer.items()}

    def operations(self):
        """The operations that are served: those that are not unknown."""
        for name in self.model.operation_names:
            shape = self.model.operation_model(name).input_shape
            try:
                self.call(name, {} if shape is None else plausible(shape, PROBE))
            except botocore.exceptions.ClientError as refused:
                if refused.response["Error"]["Code"] in UNKNOWN_OPERATION:
                    continue
            yield name

    def members(self, operation):
        shape = self.model.operation_model(operation).input_shape
        return () if shape is None else members_of(operation, shape)

    def base(self, operation):
        return self.made(self.entry("BASE").get(operation, {}))

    def with_member(self, member, value):
        arguments = self.base(member.operation)
        at = arguments
        for depth, name in enumerate(member.path[:-1]):
            is_list = member.shapes[depth].type_name == "list"
            outer = Member(member.operation, member.path[:depth + 1], member.shapes[:depth + 1])
            beside = self.made(outer.find(self.entry("WITHIN")) or {})
            inner = at.setdefault(name, [beside] if is_list else beside)
            at = inner[0] if is_list else inner
        at[member.name] = value
        return arguments

    def breaches(self):
        """Each as "service.Operation.Member: what is wrong"."""
        operations = list(self.operations())
        for operation in sorted(set(self.entry("BASE")) & set(self.methods) - set(operations)):
            yield f"{self.table.SERVICE}.{operation}: is not served"
        for operation in operations:
            try:
                self.call(operation, self.base(operation))
            except botocore.exceptions.ClientError as refused:
                yield f"{self.table.SERVICE}.{operation}: the table has no base call that works: {refused}"
                continue
            for member in self.members(operation):
                breach = self.breach(member)
                if breach is not None:
                    yield f"{self.table.SERVICE}.{member}: {breach}"

    def breach(self, member):
        """What is wrong with a member; None where it acts, is described again, or is refused."""
        given = member.find(self.entry("VALUES"))
        value = plausible(member.shape) if given is None else self.made(given)
        arguments = self.with_member(member, value)
        reads = member.operation.startswith(READS)
        before = self.call(member.operation, self.base(member.operation)) if reads else None
        try:
            answer = self.call(member.operation, arguments)
        except botocore.exceptions.ClientError as refused:
            code = refused.response["Error"]["Code"]
            status = refused.response["ResponseMetadata"]["HTTPStatusCode"]
            return None if 400 <= status < 500 and code not in UNKNOWN_OPERATION else f"{code} ({status}): {refused}"
        acts = member.find(self.entry("ACTS"))
        if isinstance(acts, str):
            return show_test(acts, member)
        if acts is not None:
            return None if acts(self.world, arguments, answer) else f"{value!r} did not act"
        if (answer != before if reads else shows(answer, member.name, value)) or member.find(self.entry("UNHEEDED")):
            return None
        describe = self.entry("SEEN").get(member.operation)
        if describe and shows(describe(self.world, arguments, answer), member.name, value):
            return None
        return f"{value!r} was accepted, and nothing is to be seen of it"
