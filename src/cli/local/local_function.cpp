#include "cli/local/local_function.hpp"

#include "aws/function_zip.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cruddur::cli::local {
namespace {

namespace json = boost::json;
using std::filesystem::path;

constexpr std::string_view name = "cruddur-post-confirmation";
constexpr std::string_view functions = "/2015-03-31/functions";
constexpr std::string_view statement = "user-pool";
constexpr std::string_view runtime = "provided.al2023";
// As much as Cognito waits.
constexpr int timeout_s = 5;
constexpr int memory_mib = 128;

// The program's package, made anew where it is not of this very program: packing takes longer than all the
// rest of a start.
std::string own_package(const local_function& wanted) {
    const auto built = std::filesystem::last_write_time(wanted.program);
    if (!std::filesystem::exists(wanted.zip) || std::filesystem::last_write_time(wanted.zip) != built) {
        aws::write_package(wanted.zip, {{"bootstrap", wanted.program, 0755}});
        std::filesystem::last_write_time(wanted.zip, built);
    }
    std::string bytes(std::filesystem::file_size(wanted.zip), '\0');
    std::ifstream package{wanted.zip, std::ios::binary};
    if (!package.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
        throw std::runtime_error{"cannot read " + wanted.zip.string()};
    return bytes;
}

json::object variables(const local_function& wanted) {
    return {{"Variables", json::object{{"CONNECTION_URL", wanted.connection_url}}}};
}

// The function's address as a network interface: the default VPC's subnets and its default group.
json::object vpc(const local_aws& in) {
    return {
        {"SubnetIds", in.ec2_ids("DescribeSubnets", "subnetSet", "subnetId", {})},
        {"SecurityGroupIds", in.ec2_ids("DescribeSecurityGroups", "securityGroupInfo", "groupId",
                                        {{"Filter.1.Name", "group-name"}, {"Filter.1.Value.1", "default"}})}};
}

std::string create_function(const local_aws& in, const local_function& wanted, const std::string& zip) {
    const json::object created = in.lambda("POST", functions,
                                           {{"FunctionName", name},
                                            {"Runtime", runtime},
                                            {"Handler", "bootstrap"},
                                            {"Role", fmt::format("arn:aws:iam::000000000000:role/{}", name)},
                                            {"Description", "Writes who signed up into the database"},
                                            {"Timeout", timeout_s},
                                            {"MemorySize", memory_mib},
                                            {"Environment", variables(wanted)},
                                            {"VpcConfig", vpc(in)},
                                            {"Code", json::object{{"ZipFile", aws::to_base64(zip)}}}})
                                     .value();
    return std::string{created.at("FunctionArn").as_string()};
}

// The function's ARN.
std::string ensure_function(const local_aws& in, const local_function& wanted) {
    const std::string zip = own_package(wanted);
    const std::string at = fmt::format("{}/{}", functions, name);
    const auto found = in.lambda("GET", at + "/configuration", {});
    if (!found) return create_function(in, wanted, zip);
    // Somebody's own of that name, as the guide makes one in Python, stays as it is.
    if (found->at("Runtime").as_string() != runtime) return std::string{found->at("FunctionArn").as_string()};
    if (found->at("CodeSha256").as_string() != aws::code_sha256(zip))
        (void)in.lambda("PUT", at + "/code", {{"ZipFile", aws::to_base64(zip)}});
    const auto* const before = found->if_contains("Environment");
    if (before == nullptr || *before != variables(wanted))
        (void)in.lambda("PUT", at + "/configuration", {{"Environment", variables(wanted)}});
    return std::string{found->at("FunctionArn").as_string()};
}

void ensure_permission(const local_aws& in, const std::string& pool_arn) {
    const std::string at = fmt::format("{}/{}/policy", functions, name);
    if (const auto policy = in.lambda("GET", at, {});
        policy && policy->at("Policy").as_string().find(pool_arn) != json::string::npos)
        return;
    // Of a pool that was deleted.
    (void)in.lambda("DELETE", fmt::format("{}/{}", at, statement), {});
    (void)in.lambda("POST", at,
                    {{"StatementId", statement},
                     {"Action", "lambda:InvokeFunction"},
                     {"Principal", "cognito-idp.amazonaws.com"},
                     {"SourceArn", pool_arn}});
}

} // namespace

path function_program() {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "post-confirmation";
}

void ensure_local_function(const local_aws& in, const user_pool_choice& pool, const local_function& wanted) {
    const std::string function = ensure_function(in, wanted);
    json::object described =
        in.cognito("DescribeUserPool", {{"UserPoolId", pool.id}}).at("UserPool").as_object();
    ensure_permission(in, std::string{described.at("Arn").as_string()});
    const auto* const triggers = described.if_contains("LambdaConfig");
    if (triggers != nullptr && triggers->as_object().contains("PostConfirmation")) return;
    // An update sets all of a pool's settings: those that it does not name fall back to their defaults.
    json::object update{{"UserPoolId", pool.id}};
    for (const auto* const setting :
         {"Policies", "AutoVerifiedAttributes", "DeletionProtection", "MfaConfiguration", "UserPoolTags",
          "AdminCreateUserConfig", "AccountRecoverySetting"}) {
        if (const auto* const value = described.if_contains(setting)) update[setting] = *value;
    }
    json::object with = triggers == nullptr ? json::object{} : triggers->as_object();
    with["PostConfirmation"] = function;
    update["LambdaConfig"] = std::move(with);
    (void)in.cognito("UpdateUserPool", update);
}

} // namespace cruddur::cli::local
