"""A function that plays every trigger of a user pool, as its metadata and a table in its environment say."""

from support.functions import ROLE, script

PLAYER = """#!/usr/bin/python3 -u
import http.client, json, os, sys, time
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
table = json.loads(os.environ["ANSWERS"])

def play(event):
    source, request, response = event["triggerSource"], event["request"], event["response"]
    if event["userName"] == "slow":
        time.sleep(8)
    if event["userName"] == "dying":
        sys.exit(3)
    if event["userName"] == "unwelcome":
        raise ValueError("you are not welcome")
    if source.startswith("DefineAuthChallenge_"):
        rounds = request["session"]
        response["issueTokens"] = bool(rounds) and rounds[-1]["challengeResult"] and rounds[-1]["challengeName"] != "SRP_A"
        response["failAuthentication"] = len(rounds) >= 3 and not response["issueTokens"]
        response["challengeName"] = "PASSWORD_VERIFIER" if rounds and rounds[-1]["challengeName"] == "SRP_A" else "CUSTOM_CHALLENGE"
    elif source.startswith("CreateAuthChallenge_"):
        response["publicChallengeParameters"] = {"riddle": "one and one"}
        response["privateChallengeParameters"] = {"answer": "two"}
    elif source.startswith("VerifyAuthChallengeResponse_"):
        response["answerCorrect"] = request["challengeAnswer"] == request["privateChallengeParameters"]["answer"]
    response.update(table.get(source, {}))
    return event

while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = api.getresponse()
    base = "/2018-06-01/runtime/invocation/" + answer.headers["Lambda-Runtime-Aws-Request-Id"]
    try:
        api.request("POST", base + "/response", json.dumps(play(json.loads(answer.read()))))
    except ValueError as refused:
        api.request("POST", base + "/error", json.dumps({"errorType": "ValueError", "errorMessage": str(refused)}))
    api.getresponse().read()
"""


def make_player(aws, name, answers):
    """Its ARN. `answers`: what to add to the event's response, by triggerSource, as JSON."""
    functions = aws.client("lambda")
    made = functions.create_function(
        FunctionName=name, Runtime="provided.al2023", Role=ROLE, Handler="bootstrap", Timeout=20,
        Code={"ZipFile": script(PLAYER)}, Environment={"Variables": {"ANSWERS": answers}})
    functions.add_permission(FunctionName=name, StatementId="pools", Action="lambda:InvokeFunction",
                             Principal="cognito-idp.amazonaws.com")
    return made["FunctionArn"]
