#!/usr/bin/python3
"""Sign-up end to end in local AWS: a user pool, its post-confirmation function from the packaged zip, and a DB instance
behind its security group."""

import base64
import concurrent.futures
import json
import os
import subprocess
import time
import unittest
import urllib.request

import botocore.exceptions

from support.cognito import code_for
from support.functions import ROLE, script, zip_of
from support.local_aws import PROGRAM, LocalAws

PASSWORD = "Sturdy-Passw0rd"
INSTANCE = "cruddur-db-instance"
HANG_SECONDS = 1
# What the seed's handler does: it connects, and waits for as long as it takes.
PATIENT = """#!/usr/bin/python3 -u
import http.client, json, os, socket
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = api.getresponse()
    event = answer.read()
    with socket.create_connection((os.environ["DATABASE_HOST"], 5432)) as database:
        database.sendall(bytes.fromhex("0000000804d2162f"))
        print("it says", database.recv(1))
    base = "/2018-06-01/runtime/invocation/" + answer.headers["Lambda-Runtime-Aws-Request-Id"]
    api.request("POST", base + "/response", event)
    api.getresponse().read()
"""

# As a learner pastes it: `os` is not imported, the connection is closed where there is none, and the values are text of the
# statement.
PASTED = """import json
import psycopg2

def lambda_handler(event, context):
    user = event['request']['userAttributes']
    print('userAttributes')
    print(user)

    user_display_name   = user['name']
    user_email          = user['email']
    user_handle         = user['preferred_username']
    user_cognito_id     = user ['sub']

    try:
        conn = psycopg2.connect(os.getenv('CONNECTION_URL'))
        cur = conn.cursor()
     
        sql = f\"\"\"
          "INSERT INTO users (
            display_name, 
            email,
            handle, 
            cognito_user_id
            )
           VALUES(
             {user_display_name}, 
             {user_email}, 
             {user_handle},
             {user_cognito_id}
            )"
        \"\"\"
        cur.execute(sql)
        conn.commit() 

    except (Exception, psycopg2.DatabaseError) as error:
        print(error)
        
    finally:
        if conn is not None:
            cur.close()
            conn.close()
            print('Database connection closed.')

    return event
"""
MENDED = PASTED.replace("import json\n", "import json\nimport os\n")
MENDED = MENDED[:MENDED.index("        sql = f")] + """        cur.execute(
            'INSERT INTO users (display_name, email, handle, cognito_user_id) VALUES (%s, %s, %s, %s)',
            (user_display_name, user_email, user_handle, user_cognito_id))
""" + MENDED[MENDED.index("        conn.commit()"):]
PSYCOPG2 = "arn:aws:lambda:us-east-1:898466741470:layer:psycopg2-py38:1"


class SignUp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws("--allow-version-substitute"))
        cls.rds, cls.ec2 = cls.aws.client("rds"), cls.aws.client("ec2")
        cls.functions, cls.logs = cls.aws.client("lambda"), cls.aws.client("logs")
        cls.cognito = cls.aws.client("cognito-idp")
        cls.rds.create_db_instance(
            DBInstanceIdentifier=INSTANCE, DBInstanceClass="db.t3.micro", Engine="postgres", EngineVersion="15.4",
            MasterUsername="cruddurroot", MasterUserPassword="milkyway2023", AllocatedStorage=20, DBName="cruddur",
            BackupRetentionPeriod=0, PubliclyAccessible=True)
        instance = cls.wait_until_available()
        cls.host = instance["Endpoint"]["Address"]
        cls.database_group = instance["VpcSecurityGroups"][0]["VpcSecurityGroupId"]
        cls.admit(IpRanges=[{"CidrIp": "127.0.0.1/32"}])  # us
        cls.bundle = cls.aws.folder.parent / "bundle.pem"
        with urllib.request.urlopen(cls.aws.url + "/global/global-bundle.pem", timeout=30) as answer:
            cls.bundle.write_bytes(answer.read())
        cls.url = (f"postgresql://cruddurroot:milkyway2023@{cls.host}:5432/cruddur?sslmode=verify-full"
                   f"&sslrootcert={cls.bundle}")
        cls.run_program("db", "schema-load", CONNECTION_URL=cls.url)
        cls.sql("create role signup login password 'Sign-1-up' in role cruddur_signup")
        cls.zip = cls.aws.folder.parent / "post-confirmation.zip"
        cls.run_program("lambda", "package", "-o", cls.zip, "--bundle", cls.bundle)
        vpc = cls.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        cls.subnets = [one["SubnetId"] for one in cls.ec2.describe_subnets()["Subnets"]]
        cls.function_group = cls.ec2.create_security_group(GroupName="functions", Description="d", VpcId=vpc)["GroupId"]
        cls.made = 0

    @classmethod
    def wait_until_available(cls):
        cls.rds.get_waiter("db_instance_available").wait(
            DBInstanceIdentifier=INSTANCE, WaiterConfig={"Delay": 1, "MaxAttempts": 200})
        return cls.rds.describe_db_instances(DBInstanceIdentifier=INSTANCE)["DBInstances"][0]

    @classmethod
    def run_program(cls, *arguments, **variables):
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=120,
                              env={**os.environ, **variables})
        assert done.returncode == 0, done.stderr
        return done.stdout

    @classmethod
    def sql(cls, text):
        done = subprocess.run(["psql", "--no-psqlrc", "-qAt", cls.url, "-c", text], capture_output=True, text=True,
                              timeout=60, env={"PATH": "/usr/bin:/bin", "HOME": str(cls.bundle.parent)})
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    @classmethod
    def permission(cls, **source):
        return [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, **source}]

    @classmethod
    def admit(cls, **source):
        cls.ec2.authorize_security_group_ingress(GroupId=cls.database_group, IpPermissions=cls.permission(**source))

    def admit_functions(self):
        members = {"UserIdGroupPairs": [{"GroupId": self.function_group}]}
        self.admit(**members)
        self.addCleanup(self.ec2.revoke_security_group_ingress, GroupId=self.database_group,
                        IpPermissions=self.permission(**members))

    def create_function(self, in_vpc, code=None, **variables):
        type(self).made += 1
        name = f"post-confirmation-{self.made}"
        variables.setdefault("CONNECTION_URL", f"postgresql://signup:Sign-1-up@{self.host}:5432/cruddur")
        made = self.functions.create_function(
            FunctionName=name, Runtime="provided.al2023", Role=ROLE, Handler="bootstrap",
            Code={"ZipFile": code or self.zip.read_bytes()}, Environment={"Variables": variables},
            **({"VpcConfig": self.vpc()} if in_vpc else {}))
        return name, made["FunctionArn"]

    def create_python(self, text, layers=(PSYCOPG2,)):
        type(self).made += 1
        name = f"cruddur-post-confirmation-{self.made}"
        made = self.functions.create_function(
            FunctionName=name, Runtime="python3.8", Role=ROLE, Handler="lambda_function.lambda_handler", Timeout=30,
            Code={"ZipFile": zip_of({"lambda_function.py": (text, 0o100644)})}, VpcConfig=self.vpc(), Layers=list(layers),
            Environment={"Variables": {"CONNECTION_URL": f"postgresql://signup:Sign-1-up@{self.host}:5432/cruddur"}})
        return name, made["FunctionArn"]

    def vpc(self):
        return {"SubnetIds": self.subnets, "SecurityGroupIds": [self.function_group]}

    def create_pool(self, function):
        pool = self.cognito.create_user_pool(PoolName="pool", AutoVerifiedAttributes=["email"],
                                             LambdaConfig={"PostConfirmation": function})["UserPool"]
        self.functions.add_permission(FunctionName=function, StatementId="pool", Action="lambda:InvokeFunction",
                                      Principal="cognito-idp.amazonaws.com", SourceArn=pool["Arn"])
        return self.cognito.create_user_pool_client(UserPoolId=pool["Id"], ClientName="page")["UserPoolClient"]["ClientId"]

    def sign_up(self, client, handle, name="Ann"):
        given = {"name": name, "preferred_username": handle, "email": f"{handle}@example.com"}
        self.cognito.sign_up(ClientId=client, Username=f"{handle}@example.com", Password=PASSWORD, UserAttributes=[
            {"Name": key, "Value": value} for key, value in given.items()])
        return {"ClientId": client, "Username": f"{handle}@example.com",
                "ConfirmationCode": code_for(self.aws, f"{handle}@example.com")}

    def confirm(self, whom):
        self.cognito.confirm_sign_up(**whom)

    def refused(self, whom):
        """The message with which a confirmation is refused, and how long that took."""
        begun = time.monotonic()
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            self.confirm(whom)
        error = caught.exception.response["Error"]
        return error["Code"], error["Message"], time.monotonic() - begun

    def rows(self, handle):
        return self.sql(f"select count(*) from users where handle = '{handle}'")

    def log_of(self, name):
        done = self.aws.shell(f"aws logs tail /aws/lambda/{name} --format short")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout


class Network(SignUp):
    def test_without_a_vpc_configuration_confirming_times_out_and_with_one_it_works(self):
        name, arn = self.create_function(in_vpc=False)
        ann = self.sign_up(self.create_pool(arn), "ann")
        code, message, seconds = self.refused(ann)
        self.assertEqual(code, "UserLambdaValidationException")
        self.assertIn("the database did not answer", message)
        self.assertGreater(seconds, HANG_SECONDS)
        self.assertIn("no answer from", self.log_of(name))
        self.assertEqual(self.rows("ann"), "0")

        self.functions.update_function_configuration(FunctionName=name, VpcConfig=self.vpc())
        self.assertGreater(self.refused(ann)[2], HANG_SECONDS)  # no rule names its group yet
        self.admit_functions()
        self.confirm(ann)
        self.assertEqual(self.sql("select display_name, handle, email from users where handle = 'ann'"),
                         "Ann|ann|ann@example.com")
        log = self.log_of(name)
        self.assertIn("the user was added", log)
        for private in ("ann@example.com", "Sign-1-up", "Ann"):
            self.assertNotIn(private, log)

    def test_a_function_that_waits_for_its_connection_is_timed_out(self):
        name, arn = self.create_function(False, script(PATIENT), DATABASE_HOST=self.host)
        bob = self.sign_up(self.create_pool(arn), "bob")
        code, message, seconds = self.refused(bob)
        self.assertEqual(code, "UserLambdaValidationException" if "timed out" in message else "UnexpectedLambdaException")
        self.assertGreater(seconds, HANG_SECONDS)
        self.assertIn("Task timed out after 3.00 seconds", self.log_of(name))
        self.functions.update_function_configuration(FunctionName=name, VpcConfig=self.vpc())
        self.admit_functions()
        self.confirm(bob)
        self.assertIn("it says b'S'", self.log_of(name))

    def test_a_private_instance_admits_a_function_of_its_vpc_and_no_other(self):
        self.rds.modify_db_instance(DBInstanceIdentifier=INSTANCE, PubliclyAccessible=False)
        self.addCleanup(self.rds.modify_db_instance, DBInstanceIdentifier=INSTANCE, PubliclyAccessible=True)
        self.admit(IpRanges=[{"CidrIp": "0.0.0.0/0"}])
        self.addCleanup(self.ec2.revoke_security_group_ingress, GroupId=self.database_group,
                        IpPermissions=self.permission(IpRanges=[{"CidrIp": "0.0.0.0/0"}]))
        name, arn = self.create_function(in_vpc=False)
        carl = self.sign_up(self.create_pool(arn), "carl")
        self.assertGreater(self.refused(carl)[2], HANG_SECONDS)
        self.functions.update_function_configuration(FunctionName=name, VpcConfig=self.vpc())
        self.confirm(carl)


class Pasted(SignUp):
    """The learner's function, of Python."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admit(UserIdGroupPairs=[{"GroupId": cls.function_group}])

    def test_it_fails_as_pasted_and_says_why(self):
        name, arn = self.create_python(PASTED)
        mia = self.sign_up(self.create_pool(arn), "mia")
        code, message, _ = self.refused(mia)
        self.assertEqual(code, "UserLambdaValidationException")
        self.assertIn("PostConfirmation failed with error", message)
        log = self.log_of(name)
        self.assertIn("name 'os' is not defined", log)
        self.assertIn("[ERROR] UnboundLocalError", log)
        self.assertEqual(self.rows("mia"), "0")
        event = {"request": {"userAttributes": {"name": "n", "email": "e", "preferred_username": "p", "sub": "s"}}}
        answer = self.functions.invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail")
        self.assertEqual(json.loads(answer["Payload"].read())["errorType"], "UnboundLocalError")
        self.assertIn("name 'os' is not defined", base64.b64decode(answer["LogResult"]).decode())

    def test_it_needs_its_layer(self):
        name, arn = self.create_python(MENDED, layers=())
        self.assertIn("Unable to import module 'lambda_function': No module named 'psycopg2'",
                      self.refused(self.sign_up(self.create_pool(arn), "nora"))[1])
        self.assertIn("[ERROR] Runtime.ImportModuleError", self.log_of(name))

    def test_it_writes_who_signed_up_once_it_is_mended(self):
        name, arn = self.create_python(MENDED)
        self.confirm(self.sign_up(self.create_pool(arn), "olga", "Olga O'Hara"))
        self.assertEqual(self.sql("select display_name, handle, email from users where handle = 'olga'"),
                         "Olga O'Hara|olga|olga@example.com")
        self.assertIn("Database connection closed.", self.log_of(name))


class Users(SignUp):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admit(UserIdGroupPairs=[{"GroupId": cls.function_group}])

    def test_names_arrive_as_typed(self):
        client = self.create_pool(self.create_function(in_vpc=True)[1])
        names = ["O'Brien", "Robert'); DROP TABLE users;--", "🙂👩‍👩‍👧", "שלום עולם", "مرحبا", 'back\\slash "quoted"', "$1 %s {}"]
        for number, name in enumerate(names):
            with self.subTest(name):
                self.confirm(self.sign_up(client, f"typed{number}", name))
                self.assertEqual(self.sql(f"select display_name from users where handle = 'typed{number}'"), name)

    def test_the_same_event_a_thousand_times_fifty_at_once_is_one_row(self):
        name, _ = self.create_function(in_vpc=True)
        event = {"triggerSource": "PostConfirmation_ConfirmSignUp", "request": {"userAttributes": {
            "sub": "the-same", "name": "Same", "email": "same@example.com", "preferred_username": "same"}}}
        self.functions.update_function_configuration(FunctionName=name, Timeout=60)

        def invoke(_):
            client = self.aws.client("lambda")
            calls = [client.invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail") for _ in range(20)]
            return [(json.loads(call["Payload"].read()), base64.b64decode(call["LogResult"]).decode()) for call in calls]
        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            answers = [answer for some in pool.map(invoke, range(50)) for answer in some]
        self.assertEqual([(answer, log) for answer, log in answers if answer != event], [])
        self.assertEqual(len(answers), 1000)
        self.assertEqual(self.rows("same"), "1")

    def test_a_taken_handle_is_told_and_another_one_taken(self):
        client = self.create_pool(self.create_function(in_vpc=True)[1])
        self.confirm(self.sign_up(client, "dora"))
        other = self.create_pool(self.create_function(in_vpc=True)[1])
        code, message, _ = self.refused(self.sign_up(other, "DORA"))
        self.assertEqual(code, "UserLambdaValidationException")
        self.assertIn("The preferred_username is taken as a handle already", message)

    def test_a_database_that_is_down_is_told_in_time_and_a_later_retry_heals_it(self):
        client = self.create_pool(self.create_function(in_vpc=True)[1])
        eve = self.sign_up(client, "eve")
        self.confirm(self.sign_up(client, "frank"))  # its connection is open, and dies
        self.rds.stop_db_instance(DBInstanceIdentifier=INSTANCE)
        until = time.monotonic() + 120
        while self.rds.describe_db_instances(DBInstanceIdentifier=INSTANCE)["DBInstances"][0]["DBInstanceStatus"] != "stopped":
            self.assertLess(time.monotonic(), until)
            time.sleep(0.1)
        code, message, seconds = self.refused(eve)
        self.assertEqual(code, "UserLambdaValidationException")
        self.assertIn("The account is confirmed, but the database did not answer", message)
        self.assertLess(seconds, 30)  # five, on a machine that has nothing else to do
        self.rds.start_db_instance(DBInstanceIdentifier=INSTANCE)
        self.wait_until_available()
        self.confirm(eve)
        self.assertEqual(self.rows("eve"), "1")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
