#!/usr/bin/python3
"""VPCs of one's own by boto3: subnets, internet gateways and route tables, and who reaches an instance that stands in them."""

import io
import json
import socket
import struct
import unittest
import zipfile

from support.local_aws import LocalAws, code_of
from support.rds import create, describe, wait_for
from support.waiting import until

HANGS_SECONDS, ANSWERS_SECONDS = 1, 20
TCP = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
REACHING = """import socket, struct

def lambda_handler(event, context):
    with socket.create_connection((event["host"], event["port"]), timeout=event["seconds"]) as peer:
        peer.sendall(struct.pack("!II", 8, 80877103))
        peer.settimeout(event["seconds"])
        try:
            return peer.recv(1).decode()
        except TimeoutError:
            return "hangs"
"""


def answers(instance, seconds):
    """Whether the server answers a request for TLS: a peer whom no rule admits hears nothing."""
    at = instance["Endpoint"]
    with socket.create_connection((at["Address"], at["Port"]), timeout=ANSWERS_SECONDS) as peer:
        peer.sendall(struct.pack("!II", 8, 80877103))
        peer.settimeout(seconds)
        try:
            return peer.recv(1) == b"S"
        except TimeoutError:
            return False


class NetworkTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.ec2, cls.rds, cls.functions = (cls.aws.client(name) for name in ("ec2", "rds", "lambda"))

    def refused(self, code, call, **arguments):
        self.assertEqual(code_of(call, **arguments)[0], code, arguments)

    def vpc(self, cidr, **more):
        made = self.ec2.create_vpc(CidrBlock=cidr, **more)["Vpc"]["VpcId"]
        self.addCleanup(self.clear, made)
        return made

    def clear(self, vpc):
        """The VPC and what is in it, in the order that its parts depend on each other."""
        of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
        for table in self.ec2.describe_route_tables(Filters=of_vpc)["RouteTables"]:
            for each in table["Associations"]:
                if not each["Main"]:
                    self.ec2.disassociate_route_table(AssociationId=each["RouteTableAssociationId"])
            if not any(each["Main"] for each in table["Associations"]):
                self.ec2.delete_route_table(RouteTableId=table["RouteTableId"])
        for subnet in self.ec2.describe_subnets(Filters=of_vpc)["Subnets"]:
            self.ec2.delete_subnet(SubnetId=subnet["SubnetId"])
        for gateway in self.ec2.describe_internet_gateways(
                Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}])["InternetGateways"]:
            self.ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc)
            self.ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
        self.ec2.delete_vpc(VpcId=vpc)

    def subnet(self, vpc, cidr, zone="a", **more):
        return self.ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=f"us-east-1{zone}", **more)["Subnet"]["SubnetId"]

    def gateway(self):
        return self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]

    def main_table(self, vpc):
        [found] = self.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]},
                                                          {"Name": "association.main", "Values": ["true"]}])["RouteTables"]
        return found

    def test_a_vpc_has_what_comes_with_one_and_goes_when_it_is_empty(self):
        tags = [{"Key": "owner", "Value": "ann"}]
        vpc = self.vpc("10.1.3.4/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": tags}])
        [shown] = self.ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
        self.assertEqual((shown["CidrBlock"], shown["IsDefault"], shown["Tags"]), ("10.1.0.0/16", False, tags))
        table = self.main_table(vpc)
        self.assertEqual([(each["DestinationCidrBlock"], each["GatewayId"], each["State"]) for each in table["Routes"]],
                         [("10.1.0.0/16", "local", "active")])
        [acl] = self.ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"]
        self.assertEqual((acl["IsDefault"], len(acl["Entries"]), acl["Associations"]), (True, 4, []))
        [group] = self.ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
        self.assertEqual(group["GroupName"], "default")
        own = self.ec2.create_security_group(GroupName="default of mine", Description="d", VpcId=vpc)["GroupId"]
        elsewhere = self.ec2.create_security_group(GroupName="default of mine", Description="d")["GroupId"]
        self.refused("InvalidGroup.Duplicate", self.ec2.create_security_group, GroupName="default of mine", Description="d", VpcId=vpc)
        self.refused("InvalidGroup.NotFound", self.ec2.authorize_security_group_ingress, GroupId=own,
                     IpPermissions=[{**TCP, "UserIdGroupPairs": [{"GroupId": elsewhere}]}])
        self.refused("DependencyViolation", self.ec2.delete_vpc, VpcId=vpc)
        self.ec2.delete_security_group(GroupId=own)
        subnet = self.subnet(vpc, "10.1.0.0/24")
        self.refused("DependencyViolation", self.ec2.delete_vpc, VpcId=vpc)
        [acl] = self.ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [subnet]}])["NetworkAcls"]
        self.assertEqual(acl["VpcId"], vpc)
        self.ec2.delete_subnet(SubnetId=subnet)
        [default] = self.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
        self.refused("OperationNotPermitted", self.ec2.delete_vpc, VpcId=default["VpcId"])
        self.assertEqual(self.main_table(default["VpcId"])["Routes"][1]["DestinationCidrBlock"], "0.0.0.0/0")

    def test_a_vpcs_attributes_are_changed_one_at_a_time(self):
        vpc = self.vpc("10.2.0.0/16")

        def shown(name):
            answer = self.ec2.describe_vpc_attribute(VpcId=vpc, Attribute=name[0].lower() + name[1:])
            return answer[name]["Value"]
        self.assertEqual((shown("EnableDnsSupport"), shown("EnableDnsHostnames")), (True, False))
        self.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        self.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": False})
        self.assertEqual((shown("EnableDnsSupport"), shown("EnableDnsHostnames")), (False, True))
        self.refused("InvalidParameterCombination", self.ec2.modify_vpc_attribute, VpcId=vpc,
                     EnableDnsSupport={"Value": True}, EnableDnsHostnames={"Value": True})

    def test_networks_that_do_not_fit_are_refused(self):
        vpc = self.vpc("10.3.0.0/20")
        for code, call, arguments in [
                ("InvalidVpc.Range", self.ec2.create_vpc, {"CidrBlock": "10.0.0.0/8"}),
                ("InvalidVpc.Range", self.ec2.create_vpc, {"CidrBlock": "127.1.0.0/16"}),
                ("InvalidParameterValue", self.ec2.create_vpc, {"CidrBlock": "10.0.0.0"}),
                ("InvalidSubnet.Range", self.subnet, {"vpc": vpc, "cidr": "10.4.0.0/24"}),
                ("InvalidSubnet.Range", self.subnet, {"vpc": vpc, "cidr": "10.3.0.0/29"}),
                ("InvalidParameterValue", self.subnet, {"vpc": vpc, "cidr": "10.3.0.0/24", "zone": "z"}),
                ("InvalidVpcID.NotFound", self.subnet, {"vpc": "vpc-00000000", "cidr": "10.3.0.0/24"})]:
            self.refused(code, call, **arguments)
        self.subnet(vpc, "10.3.1.0/24")
        self.refused("InvalidSubnet.Conflict", self.subnet, vpc=vpc, cidr="10.3.1.128/25")

    def test_routes_and_associations_are_refused_where_they_lead_nowhere(self):
        vpc, other = self.vpc("10.5.0.0/16"), self.vpc("10.6.0.0/16")
        subnet, table = self.subnet(vpc, "10.5.0.0/24"), self.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        gateway, main = self.gateway(), self.main_table(vpc)
        everywhere = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"}
        self.refused("InvalidParameterValue", self.ec2.create_route, **everywhere, GatewayId=gateway)  # it is detached
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        for code, call, arguments in [
                ("Resource.AlreadyAssociated", self.ec2.attach_internet_gateway, {"InternetGatewayId": gateway, "VpcId": other}),
                ("Gateway.NotAttached", self.ec2.detach_internet_gateway, {"InternetGatewayId": gateway, "VpcId": other}),
                ("DependencyViolation", self.ec2.delete_internet_gateway, {"InternetGatewayId": gateway}),
                ("InvalidGatewayID.NotFound", self.ec2.create_route, {**everywhere, "GatewayId": "igw-00000000"}),
                ("RouteAlreadyExists", self.ec2.create_route, {**everywhere, "DestinationCidrBlock": "10.5.0.0/16", "GatewayId": gateway}),
                ("InvalidParameterValue", self.ec2.delete_route, {**everywhere, "DestinationCidrBlock": "10.5.0.0/16"}),
                ("InvalidRoute.NotFound", self.ec2.delete_route, everywhere),
                ("InvalidParameterValue", self.ec2.replace_route, {**everywhere, "GatewayId": gateway}),
                ("InvalidParameterValue", self.ec2.disassociate_route_table,
                 {"AssociationId": main["Associations"][0]["RouteTableAssociationId"]}),
                ("DependencyViolation", self.ec2.delete_route_table, {"RouteTableId": main["RouteTableId"]}),
                ("InvalidParameterValue", self.ec2.associate_route_table,
                 {"RouteTableId": self.main_table(other)["RouteTableId"], "SubnetId": subnet})]:
            self.refused(code, call, **arguments)
        self.ec2.create_route(**everywhere, GatewayId=gateway)
        self.refused("RouteAlreadyExists", self.ec2.create_route, **everywhere, GatewayId=gateway)
        self.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        self.refused("Resource.AlreadyAssociated", self.ec2.associate_route_table, RouteTableId=main["RouteTableId"], SubnetId=subnet)
        self.refused("DependencyViolation", self.ec2.delete_route_table, RouteTableId=table)
        # The table takes the main one's place; its routes lead nowhere once the gateway is detached.
        [association] = main["Associations"]
        self.ec2.replace_route_table_association(AssociationId=association["RouteTableAssociationId"], RouteTableId=table)
        self.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        self.assertEqual({each["State"] for each in self.main_table(vpc)["Routes"]}, {"active", "blackhole"})
        self.ec2.delete_internet_gateway(InternetGatewayId=gateway)

    def interfaces(self, **filters):
        return self.ec2.describe_network_interfaces(Filters=[
            {"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()])["NetworkInterfaces"]

    def test_a_function_has_an_interface_in_each_of_its_subnets(self):
        vpc = self.vpc("10.7.0.0/16")
        subnets = [self.subnet(vpc, f"10.7.{each}.0/24", "ab"[each % 2]) for each in range(6)]
        group = self.ec2.create_security_group(GroupName="interfaces", Description="d", VpcId=vpc)["GroupId"]
        self.function("interfaces", subnets, group)
        self.functions.publish_version(FunctionName="interfaces")  # which has the same place
        every = self.interfaces(group_id=group)
        self.assertEqual({(each["SubnetId"], each["VpcId"], each["PrivateIpAddress"]) for each in every},
                         {(subnet, vpc, f"10.7.{at}.100") for at, subnet in enumerate(subnets)})
        self.assertEqual({(each["InterfaceType"], each["Status"], each["RequesterManaged"], each["Attachment"]["Status"],
                           *(of["GroupName"] for of in each["Groups"])) for each in every},
                         {("lambda", "in-use", True, "attached", "interfaces")})
        self.assertEqual(len({each["NetworkInterfaceId"] for each in every}), 6)
        [one] = self.interfaces(description="AWS Lambda VPC ENI-interfaces-*", subnet_id=subnets[3])
        self.assertEqual(self.ec2.describe_network_interfaces(NetworkInterfaceIds=[one["NetworkInterfaceId"]])["NetworkInterfaces"], [one])
        for name, values in {"network-interface-id": [one["NetworkInterfaceId"]], "private-ip-address": ["10.7.3.*"],
                             "attachment.attachment-id": [one["Attachment"]["AttachmentId"]]}.items():
            self.assertEqual(self.ec2.describe_network_interfaces(Filters=[{"Name": name, "Values": values}])["NetworkInterfaces"], [one], name)
        self.assertEqual(len(self.interfaces(vpc_id=vpc, availability_zone="us-east-1b", status="in-use", interface_type="lambda")), 3)
        self.assertEqual(self.interfaces(vpc_id=vpc, status="available"), [])
        pages = list(self.ec2.get_paginator("describe_network_interfaces").paginate(PaginationConfig={"PageSize": 5}))
        self.assertEqual([len(page["NetworkInterfaces"]) for page in pages], [5, 1])
        self.assertEqual([each for page in pages for each in page["NetworkInterfaces"]], every)
        self.refused("InvalidNetworkInterfaceID.NotFound", self.ec2.describe_network_interfaces, NetworkInterfaceIds=["eni-00000000000000000"])
        self.refused("InvalidNetworkInterfaceId.Malformed", self.ec2.describe_network_interfaces, NetworkInterfaceIds=["eni-x"])
        self.refused("InvalidParameterValue", self.interfaces, colour="red")
        self.functions.update_function_configuration(FunctionName="interfaces", VpcConfig={"SubnetIds": [], "SecurityGroupIds": []})
        self.assertEqual(len(self.interfaces(group_id=group)), 6)  # the version keeps them
        self.functions.delete_function(FunctionName="interfaces", Qualifier="1")
        self.assertEqual(self.interfaces(group_id=group), [])
        self.ec2.delete_security_group(GroupId=group)

    def function(self, name, subnets, group):
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as package:
            package.writestr("lambda_function.py", REACHING)
        self.functions.create_function(
            FunctionName=name, Runtime="python3.11", Handler="lambda_function.lambda_handler", Code={"ZipFile": code.getvalue()},
            Role="arn:aws:iam::000000000000:role/reaching", Timeout=60,
            VpcConfig={"SubnetIds": subnets, "SecurityGroupIds": [group]})
        self.addCleanup(self.functions.delete_function, FunctionName=name)

    def reached_by(self, function, instance, seconds):
        at = instance["Endpoint"]
        answer = self.functions.invoke(FunctionName=function, Payload=json.dumps(
            {"host": at["Address"], "port": at["Port"], "seconds": seconds}).encode())
        return json.loads(answer["Payload"].read())

    def test_an_instance_is_reached_as_its_vpcs_routes_have_it(self):
        vpc = self.vpc("10.20.0.0/16")
        subnets = [self.subnet(vpc, "10.20.0.0/24"), self.subnet(vpc, "10.20.1.0/24", "b")]
        self.rds.create_db_subnet_group(DBSubnetGroupName="routed", DBSubnetGroupDescription="d", SubnetIds=subnets)
        self.addCleanup(self.rds.delete_db_subnet_group, DBSubnetGroupName="routed")
        group = self.ec2.create_security_group(GroupName="routed", Description="d", VpcId=vpc)["GroupId"]
        elsewhere = self.ec2.create_security_group(GroupName="routed", Description="d")["GroupId"]
        self.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
            {**TCP, "IpRanges": [{"CidrIp": "127.0.0.1/32"}]}, {**TCP, "UserIdGroupPairs": [{"GroupId": group}]}])
        given = {"DBSubnetGroupName": "routed", "VpcSecurityGroupIds": [group], "Port": 5432}
        self.refused("InvalidVPCNetworkStateFault", create, rds=self.rds, name="routed", **given)  # asks for a public one
        self.refused("InvalidParameterCombination", create, rds=self.rds, name="routed",
                     **{**given, "VpcSecurityGroupIds": [elsewhere], "PubliclyAccessible": False})
        gateway = self.gateway()
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        self.refused("InvalidVPCNetworkStateFault", create, rds=self.rds, name="routed", **given)  # it has no names
        self.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        create(self.rds, "routed", **given)
        made = wait_for(self.rds, "routed")
        self.assertEqual((made["DBSubnetGroup"]["VpcId"], made["AvailabilityZone"]), (vpc, "us-east-1a"))
        route = {"RouteTableId": self.main_table(vpc)["RouteTableId"], "DestinationCidrBlock": "0.0.0.0/0"}
        with self.subTest("no route"):
            self.assertFalse(answers(made, HANGS_SECONDS))
        with self.subTest("a route for all of the VPC"):
            self.ec2.create_route(**route, GatewayId=gateway)
            self.assertTrue(answers(made, ANSWERS_SECONDS))
        with self.subTest("a table of the subnet's own, without it"):
            own = self.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
            ours = self.ec2.associate_route_table(RouteTableId=own, SubnetId=subnets[0])["AssociationId"]
            self.assertFalse(answers(made, HANGS_SECONDS))
            self.ec2.create_route(RouteTableId=own, DestinationCidrBlock="127.0.0.0/8", GatewayId=gateway)
            self.assertTrue(answers(made, ANSWERS_SECONDS))
            self.ec2.disassociate_route_table(AssociationId=ours)
        with self.subTest("a function in the VPC, and one in another"):
            [default] = self.ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]},
                                                           {"Name": "availability-zone", "Values": ["us-east-1a"]}])["Subnets"]
            self.function("inside", subnets[1:], group)
            self.function("outside", [default["SubnetId"]], elsewhere)
            self.assertEqual(self.reached_by("inside", made, ANSWERS_SECONDS), "S")
            self.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{**TCP, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
            self.assertEqual(self.reached_by("outside", made, HANGS_SECONDS), "hangs")
        with self.subTest("each has an interface, by which it is found"):
            [of_instance] = self.interfaces(group_id=group, description="RDSNetworkInterface")
            self.assertEqual((of_instance["SubnetId"], of_instance["VpcId"], of_instance["RequesterId"], of_instance["RequesterManaged"],
                              of_instance["Status"], of_instance["Groups"]),
                             (subnets[0], vpc, "amazon-rds", True, "in-use", [{"GroupId": group, "GroupName": "routed"}]))
            address = socket.gethostbyname(made["Endpoint"]["Address"])
            self.assertEqual((of_instance["PrivateIpAddress"], of_instance["Association"]), (address, {"IpOwnerId": "amazon-rds", "PublicIp": address}))
            [of_function] = self.interfaces(subnet_id=subnets[1])
            self.assertTrue(of_function["Description"].startswith("AWS Lambda VPC ENI-inside-"))
            self.assertEqual(self.interfaces(requester_id="amazon-rds"), [of_instance])
        with self.subTest("what is in use stays"):
            self.refused("DependencyViolation", self.ec2.delete_subnet, SubnetId=subnets[0])
            self.refused("DependencyViolation", self.ec2.delete_subnet, SubnetId=subnets[1])  # the function's
            self.refused("DependencyViolation", self.ec2.detach_internet_gateway, InternetGatewayId=gateway, VpcId=vpc)
            self.refused("DependencyViolation", self.ec2.delete_security_group, GroupId=group)
        with self.subTest("a private one"):
            self.rds.modify_db_instance(DBInstanceIdentifier="routed", PubliclyAccessible=False, ApplyImmediately=True)
            wait_for(self.rds, "routed")
            self.assertFalse(answers(made, HANGS_SECONDS))
            self.assertEqual(self.reached_by("inside", made, ANSWERS_SECONDS), "S")
            self.ec2.delete_route(**route)
            self.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
            self.ec2.delete_internet_gateway(InternetGatewayId=gateway)
            self.refused("InvalidVPCNetworkStateFault", self.rds.modify_db_instance, DBInstanceIdentifier="routed",
                         PubliclyAccessible=True, ApplyImmediately=True)
        with self.subTest("moved to another VPC"):
            self.assertEqual(self.rds.modify_db_instance(
                DBInstanceIdentifier="routed", DBSubnetGroupName="default", ApplyImmediately=True)["DBInstance"]
                ["DBSubnetGroup"]["DBSubnetGroupName"], "default")
            moved = wait_for(self.rds, "routed")
            self.assertNotEqual(moved["DBSubnetGroup"]["VpcId"], vpc)
            [of_moved] = self.interfaces(requester_id="amazon-rds")
            self.assertEqual((of_moved["VpcId"], "Association" in of_moved), (moved["DBSubnetGroup"]["VpcId"], False))
            self.assertNotEqual(of_moved["NetworkInterfaceId"], of_instance["NetworkInterfaceId"])
            self.assertEqual(self.reached_by("inside", moved, HANGS_SECONDS), "hangs")
        for name in ("inside", "outside"):
            self.functions.update_function_configuration(FunctionName=name, VpcConfig={"SubnetIds": [], "SecurityGroupIds": []})
        self.rds.delete_db_instance(DBInstanceIdentifier="routed", SkipFinalSnapshot=True)
        until(lambda: code_of(describe, rds=self.rds, name="routed"), "the instance is not deleted")
        self.assertEqual(self.interfaces(requester_id="amazon-rds") + self.interfaces(group_id=group), [])
        self.ec2.delete_security_group(GroupId=group)


if __name__ == "__main__":
    unittest.main()
