"""A user pool's key and a token of it, made by openssl: what a signed-in caller sends."""

import base64
import json
import subprocess
import time

REGION, POOL, CLIENT = "us-east-1", "us-east-1_bench", "bench"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Tokens:
    def __init__(self, folder):
        self.key = folder / "key.pem"
        self.jwks = str(folder / "jwks.json")
        self.environment = {"AWS_DEFAULT_REGION": REGION, "AWS_COGNITO_USER_POOL_ID": POOL,
                            "AWS_COGNITO_USER_POOL_CLIENT_ID": CLIENT}
        subprocess.run(["openssl", "genrsa", "-out", self.key, "2048"], check=True, capture_output=True)
        modulus = subprocess.run(["openssl", "rsa", "-in", self.key, "-noout", "-modulus"], check=True,
                                 capture_output=True, text=True).stdout.strip().removeprefix("Modulus=")
        with open(self.jwks, "w", encoding="utf-8") as out:
            json.dump({"keys": [{"kid": "1", "kty": "RSA", "alg": "RS256", "use": "sig", "e": "AQAB",
                                 "n": base64url(bytes.fromhex(modulus))}]}, out)

    def access_token(self, subject):
        now = int(time.time())
        claims = {"sub": subject, "iss": f"https://cognito-idp.{REGION}.amazonaws.com/{POOL}", "client_id": CLIENT,
                  "token_use": "access", "iat": now, "exp": now + 86400}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "1"}, claims))
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], input=signed.encode(), check=True,
                                   capture_output=True).stdout
        return f"{signed}.{base64url(signature)}"
