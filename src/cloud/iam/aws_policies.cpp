#include "cloud/iam/aws_policies.hpp"

#include <algorithm>
#include <array>

namespace cruddur::cloud::iam {

namespace {

constexpr auto known_policies = std::to_array<aws_policy>({
    {"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", "AWSLambdaBasicExecutionRole",
     "/service-role/", "ANPAJNCQGXC42545SKXIK",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]})json"},
    {"arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole",
     "AWSLambdaVPCAccessExecutionRole", "/service-role/", "ANPAJVTME3YLVNL72YR2K",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents","ec2:DescribeSubnets"],"Resource":"*"}]})json"},
    {"arn:aws:iam::aws:policy/AWSLambda_FullAccess", "AWSLambda_FullAccess", "/", "ANPAZKAPJZG4ONOBJVTTX",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["lambda:*","iam:GetPolicy","iam:GetPolicyVersion","iam:GetRole","iam:GetRolePolicy","iam:ListAttachedRolePolicies","iam:ListRolePolicies","iam:ListRoles","ec2:DescribeSecurityGroups","ec2:DescribeSubnets","ec2:DescribeVpcs","logs:DescribeLogGroups"],"Resource":"*"},{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}},{"Effect":"Allow","Action":["logs:DescribeLogStreams","logs:GetLogEvents","logs:FilterLogEvents"],"Resource":"arn:aws:logs:*:*:log-group:/aws/lambda/*"}]})json"},
    {"arn:aws:iam::aws:policy/AdministratorAccess", "AdministratorAccess", "/", "ANPAIWMBCKSKIEE64ZLYK",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})json"},
    {"arn:aws:iam::aws:policy/AmazonCognitoPowerUser", "AmazonCognitoPowerUser", "/", "ANPAJKW5H2HNCPGCYGR6Y",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cognito-idp:*","iam:ListRoles"],"Resource":"*"}]})json"},
    {"arn:aws:iam::aws:policy/AmazonCognitoReadOnly", "AmazonCognitoReadOnly", "/", "ANPAJBFTRZD2GQGJHSVQK",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cognito-idp:Describe*","cognito-idp:AdminGet*","cognito-idp:AdminList*","cognito-idp:List*","cognito-idp:Get*","iam:ListRoles"],"Resource":"*"}]})json"},
    {"arn:aws:iam::aws:policy/AmazonEC2FullAccess", "AmazonEC2FullAccess", "/", "ANPAI3VAJF5ZCRZ7MCQE6",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]})json"},
    {"arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess", "AmazonEC2ReadOnlyAccess", "/",
     "ANPAIGDT4SV4GSETWTBZK",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:Describe*","ec2:GetSecurityGroupsForVpc"],"Resource":"*"}]})json"},
    {"arn:aws:iam::aws:policy/AmazonRDSFullAccess", "AmazonRDSFullAccess", "/", "ANPAI3R4QMOG6Q5A4VWVG",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["rds:*","ec2:DescribeAccountAttributes","ec2:DescribeAvailabilityZones","ec2:DescribeSecurityGroups","ec2:DescribeSubnets","ec2:DescribeVpcs","logs:DescribeLogStreams","logs:GetLogEvents"],"Resource":"*"}]})json"},
    {"arn:aws:iam::aws:policy/AmazonRDSReadOnlyAccess", "AmazonRDSReadOnlyAccess", "/",
     "ANPAJKTTTYV2IIHKLZ346",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["rds:Describe*","rds:ListTagsForResource","ec2:DescribeAccountAttributes","ec2:DescribeAvailabilityZones","ec2:DescribeSecurityGroups","ec2:DescribeVpcs"],"Resource":"*"},{"Effect":"Allow","Action":["logs:DescribeLogStreams","logs:GetLogEvents"],"Resource":"*"}]})json"},
    {"arn:aws:iam::aws:policy/CloudWatchLogsFullAccess", "CloudWatchLogsFullAccess", "/",
     "ANPAJ3ZGNWK2R5HW5BQFO",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]})json"},
    {"arn:aws:iam::aws:policy/CloudWatchLogsReadOnlyAccess", "CloudWatchLogsReadOnlyAccess", "/",
     "ANPAJ2YIYDYSNNEHK3VKW",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:Describe*","logs:Get*","logs:List*","logs:FilterLogEvents"],"Resource":"*"}]})json"},
    {"arn:aws:iam::aws:policy/IAMFullAccess", "IAMFullAccess", "/", "ANPAI7XKCFMBPM3QQRRVQ", R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*","organizations:DescribeAccount","organizations:DescribeOrganization","organizations:DescribeOrganizationalUnit","organizations:DescribePolicy","organizations:ListChildren","organizations:ListParents","organizations:ListPoliciesForTarget","organizations:ListRoots","organizations:ListPolicies","organizations:ListTargetsForPolicy"],"Resource":"*"}]})json"},
    {"arn:aws:iam::aws:policy/IAMReadOnlyAccess", "IAMReadOnlyAccess", "/", "ANPAJKSO7NDY4T57MWDSQ",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:Get*","iam:List*","iam:Simulate*"],"Resource":"*"}]})json"},
    {"arn:aws:iam::aws:policy/PowerUserAccess", "PowerUserAccess", "/", "ANPAJYRXTHIB4FOVS3ZXS",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"},{"Effect":"Allow","Action":["iam:CreateServiceLinkedRole","iam:DeleteServiceLinkedRole","iam:ListRoles","organizations:DescribeOrganization","account:ListRegions","account:GetAccountInformation"],"Resource":"*"}]})json"},
    {"arn:aws:iam::aws:policy/SecretsManagerReadWrite", "SecretsManagerReadWrite", "/",
     "ANPAI3VG7CI5BIQZQ6G2E",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["secretsmanager:*","ec2:DescribeSecurityGroups","ec2:DescribeSubnets","ec2:DescribeVpcs","kms:DescribeKey","kms:ListAliases","kms:ListKeys","lambda:ListFunctions","rds:DescribeDBInstances"],"Resource":"*"}]})json"},
    {"arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess", "AWSCloudTrail_FullAccess", "/",
     "ANPAZKAPJZG4FYYNJ4WWX",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudtrail:*","logs:CreateLogGroup","iam:ListRoles","kms:ListKeys","kms:ListAliases","lambda:ListFunctions"],"Resource":"*"},{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"cloudtrail.amazonaws.com"}}}]})json"},
    {"arn:aws:iam::aws:policy/AWSCloudTrail_ReadOnlyAccess", "AWSCloudTrail_ReadOnlyAccess", "/",
     "ANPAZKAPJZG4ONQ5N2IQF",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudtrail:Get*","cloudtrail:Describe*","cloudtrail:List*","cloudtrail:LookupEvents"],"Resource":"*"}]})json"},
    {"arn:aws:iam::aws:policy/AmazonEventBridgeFullAccess", "AmazonEventBridgeFullAccess", "/",
     "ANPAZKAPJZG4AE6UOKJQT",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"events:*","Resource":"*"}]})json"},
    {"arn:aws:iam::aws:policy/AmazonEventBridgeReadOnlyAccess", "AmazonEventBridgeReadOnlyAccess", "/",
     "ANPAZKAPJZG4PFKGWEOXH",
     R"json({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["events:DescribeRule","events:List*","events:TestEventPattern"],"Resource":"*"}]})json"},
});

} // namespace

std::span<const aws_policy> aws_policies() {
    return known_policies;
}

const aws_policy* find_aws_policy(std::string_view arn) {
    const auto found = std::ranges::find(known_policies, arn, &aws_policy::arn);
    return found == known_policies.end() ? nullptr : &*found;
}

} // namespace cruddur::cloud::iam
