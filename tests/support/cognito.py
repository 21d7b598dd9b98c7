"""The client's side of Cognito, written for the tests alone: SRP by pow(), and the verification of tokens."""

import base64
import datetime
import hashlib
import hmac
import json
import os
import time
import urllib.parse
import urllib.request


def get(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read()


def code_for(aws, address):
    """The newest code that the mailbox holds for an address."""
    query = urllib.parse.urlencode({"to": address})
    return json.loads(get(f"{aws.url}/_local/mailbox.json?{query}"))["messages"][0]["code"]


def one_time_code(secret, steps=0):
    """The code of an authenticator now, or that many steps of 30 seconds from now (RFC 6238)."""
    counter = (int(time.time()) // 30 + steps).to_bytes(8, "big")
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    begin = digest[-1] & 15
    return f"{(number_of(digest[begin:begin + 4]) & 0x7FFFFFFF) % 1000000:06}"


def secret_hash(secret, username, client_id):
    return base64.b64encode(hmac.digest(secret.encode(), (username + client_id).encode(), "sha256")).decode()


def arctan_of_inverse(number, one):
    term = total = one // number
    divisor, sign = 3, -1
    while term:
        term //= number * number
        total += sign * (term // divisor)
        divisor, sign = divisor + 2, -sign
    return total


def group_prime():
    """RFC 3526's 3072-bit prime, from its definition: 2^3072 - 2^3008 - 1 + 2^64 (floor(2^2942 pi) + 1690314)."""
    one = 1 << (2942 + 64)
    pi = (4 * (4 * arctan_of_inverse(5, one) - arctan_of_inverse(239, one))) >> 64
    return 2**3072 - 2**3008 - 1 + 2**64 * (pi + 1690314)


N = group_prime()
G = 2


def padded(number):
    text = f"{number:x}"
    if len(text) % 2:
        text = "0" + text
    if text[0] in "89abcdef":
        text = "00" + text
    return bytes.fromhex(text)


def number_of(raw):
    return int.from_bytes(raw, "big")


def sha256(raw):
    return hashlib.sha256(raw).digest()


class SrpClient:
    def __init__(self, pool_id, client_id, password, secret=None):
        self.pool = pool_id.split("_")[1]
        self.client_id, self.password, self.secret = client_id, password, secret
        self.a = number_of(os.urandom(128))
        self.public = pow(G, self.a, N)

    def key(self, user, salt, server_public):
        u = number_of(sha256(padded(self.public) + padded(server_public)))
        x = number_of(sha256(padded(int(salt, 16)) + sha256(f"{self.pool}{user}:{self.password}".encode())))
        k = number_of(sha256(padded(N) + padded(G)))
        shared = pow(server_public - k * pow(G, x, N), self.a + u * x, N)
        extracted = hmac.digest(padded(u), padded(shared), "sha256")
        return hmac.digest(extracted, b"Caldera Derived Key\x01", "sha256")[:16]

    def responses(self, given):
        user, block = given["USER_ID_FOR_SRP"], given["SECRET_BLOCK"]
        now = datetime.datetime.utcnow()
        stamp = now.strftime(f"%a %b {now.day} %H:%M:%S UTC %Y")
        key = self.key(user, given["SALT"], int(given["SRP_B"], 16))
        claim = self.pool.encode() + user.encode() + base64.b64decode(block) + stamp.encode()
        out = {"USERNAME": user, "TIMESTAMP": stamp, "PASSWORD_CLAIM_SECRET_BLOCK": block,
               "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(hmac.digest(key, claim, "sha256")).decode()}
        if self.secret:
            out["SECRET_HASH"] = secret_hash(self.secret, user, self.client_id)
        return out

    def sign_in(self, cognito, username):
        parameters = {"USERNAME": username, "SRP_A": f"{self.public:x}"}
        if self.secret:
            parameters["SECRET_HASH"] = secret_hash(self.secret, username, self.client_id)
        begun = cognito.initiate_auth(ClientId=self.client_id, AuthFlow="USER_SRP_AUTH", AuthParameters=parameters)
        return cognito.respond_to_auth_challenge(
            ClientId=self.client_id, ChallengeName=begun["ChallengeName"], Session=begun["Session"],
            ChallengeResponses=self.responses(begun["ChallengeParameters"]))


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims_of(token, keys):
    """The claims of a token, after RSASSA-PKCS1-v1_5 with SHA-256 has been computed by hand."""
    head, body, signature = token.split(".")
    header = json.loads(unpadded(head))
    assert header["alg"] == "RS256", header
    key = {each["kid"]: each for each in keys}[header["kid"]]
    modulus, exponent = (number_of(unpadded(key[name])) for name in ("n", "e"))
    size = (modulus.bit_length() + 7) // 8
    opened = pow(number_of(unpadded(signature)), exponent, modulus).to_bytes(size, "big")
    info = bytes.fromhex("3031300d060960864801650304020105000420") + sha256(f"{head}.{body}".encode())
    assert opened == b"\x00\x01" + b"\xff" * (size - 3 - len(info)) + b"\x00" + info, "the signature is wrong"
    return json.loads(unpadded(body))
