#include "cloud/trail/call_event.hpp"
#include "cloud/wire/input.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>

namespace cruddur::cloud::trail {

namespace {

namespace json = boost::json;

constexpr std::size_t resources_max = 20;
constexpr std::size_t name_bytes_max = 512;

// A member that names a resource, wherever it stands in an input or an answer.
struct naming_member {
    std::string_view service; // "" for any
    std::string_view member;
    std::string_view type;
};

constexpr auto naming_members = std::to_array<naming_member>({
    {"rds", "DBInstanceIdentifier", "AWS::RDS::DBInstance"},
    {"rds", "SourceDBInstanceIdentifier", "AWS::RDS::DBInstance"},
    {"rds", "TargetDBInstanceIdentifier", "AWS::RDS::DBInstance"},
    {"rds", "DBSnapshotIdentifier", "AWS::RDS::DBSnapshot"},
    {"rds", "DBSubnetGroupName", "AWS::RDS::DBSubnetGroup"},
    {"rds", "DBParameterGroupName", "AWS::RDS::DBParameterGroup"},
    {"rds", "OptionGroupName", "AWS::RDS::OptionGroup"},
    {"rds", "VpcSecurityGroupIds", "AWS::EC2::SecurityGroup"},
    {"ec2", "GroupId", "AWS::EC2::SecurityGroup"},
    {"ec2", "GroupIds", "AWS::EC2::SecurityGroup"},
    {"ec2", "VpcId", "AWS::EC2::VPC"},
    {"ec2", "SubnetId", "AWS::EC2::Subnet"},
    {"lambda", "FunctionName", "AWS::Lambda::Function"},
    {"lambda", "LayerName", "AWS::Lambda::LayerVersion"},
    {"logs", "logGroupName", "AWS::Logs::LogGroup"},
    {"logs", "logGroupIdentifier", "AWS::Logs::LogGroup"},
    {"cognito-idp", "UserPoolId", "AWS::Cognito::UserPool"},
    {"cognito-idp", "ClientId", "AWS::Cognito::UserPoolClient"},
    {"kms", "KeyId", "AWS::KMS::Key"},
    {"kms", "TargetKeyId", "AWS::KMS::Key"},
    {"kms", "AliasName", "AWS::KMS::Alias"},
    {"secretsmanager", "SecretId", "AWS::SecretsManager::Secret"},
    {"iam", "UserName", "AWS::IAM::User"},
    {"iam", "GroupName", "AWS::IAM::Group"},
    {"iam", "RoleName", "AWS::IAM::Role"},
    {"iam", "PolicyArn", "AWS::IAM::Policy"},
    {"iam", "PolicyName", "AWS::IAM::Policy"},
    {"iam", "AccessKeyId", "AWS::IAM::AccessKey"},
    {"sts", "RoleArn", "AWS::IAM::Role"},
    {"events", "Rule", "AWS::Events::Rule"},
});

// A service whose operations call what they are about by its Name.
constexpr auto names = std::to_array<naming_member>({{"secretsmanager", "", "AWS::SecretsManager::Secret"},
                                                     {"cloudtrail", "", "AWS::CloudTrail::Trail"},
                                                     {"events", "", "AWS::Events::Rule"}});

class collector {
public:
    explicit collector(std::string_view service)
        : service_{service} {}

    void collect(const json::object& values, int depth) {
        for (const auto& [name, value] : values) {
            const std::string_view key{name};
            for (const naming_member& each : naming_members) {
                if (each.service == service_ && each.member == key) add(value, each.type);
            }
            if (key == "Name" && depth == 0) {
                const auto found = std::ranges::find(names, service_, &naming_member::service);
                if (found != names.end()) add(value, found->type);
            }
            // What an answer lists beside what it is about, an operation's own structure holds.
            if (value.is_object() && depth < 1) collect(value.get_object(), depth + 1);
        }
    }

    std::vector<event_resource> take() { return std::move(found_); }

private:
    void add(const json::value& value, std::string_view type) {
        if (value.is_array()) {
            for (const json::value& each : value.get_array())
                add(each, type);
            return;
        }
        if (!value.is_string() || value.get_string().empty() || value.get_string().size() > name_bytes_max)
            return;
        const std::string_view name = value.get_string();
        const bool is_known = std::ranges::any_of(
            found_, [&](const event_resource& each) { return each.type == type && each.name == name; });
        if (!is_known && found_.size() < resources_max)
            found_.push_back({std::string{type}, std::string{name}});
    }

    std::string_view service_;
    std::vector<event_resource> found_;
};

} // namespace

std::vector<event_resource> resources_of(const finished_call& done) {
    collector all{done.of->model.service};
    all.collect(done.input, 0);
    if (done.error_code.empty()) all.collect(done.answer, 0);
    return all.take();
}

} // namespace cruddur::cloud::trail
