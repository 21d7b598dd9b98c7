#include "aws/credentials.hpp"

#include "aws/call.hpp"
#include "cluster/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace cruddur::aws {
namespace {

constexpr std::size_t roles_max = 5; // of a chain of profiles

result<found_credentials> environment_credentials(const settings& settings) {
    credentials keys{settings.variable("AWS_ACCESS_KEY_ID"), settings.variable("AWS_SECRET_ACCESS_KEY"),
                     settings.variable("AWS_SESSION_TOKEN"), "the environment"};
    if (keys.key_id.empty() && keys.secret.empty()) return found_credentials{};
    if (keys.key_id.empty() || keys.secret.empty()) {
        return misconfigured("Of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY one is set and one is not",
                             "Set both, or neither.");
    }
    return found_credentials{true, std::move(keys)};
}

result<credentials> assume(const settings& settings, const credentials* by, std::string_view action,
                           parameters input, const std::string& role) {
    auto done = call_once(settings, by, sts_service, action, input);
    if (!done) return done.error();
    const pugi::xml_node given = done->result().child("Credentials");
    credentials keys{given.child_value("AccessKeyId"), given.child_value("SecretAccessKey"),
                     given.child_value("SessionToken"), "the role " + role};
    if (keys.key_id.empty() || keys.secret.empty()) return misconfigured("STS answered without credentials");
    return keys;
}

result<credentials> web_identity(const settings& settings, const std::string& role, const std::string& file) {
    const std::string token = cluster::read_file(file);
    if (token.empty())
        return misconfigured(fmt::format("The web identity's token file {} cannot be read", file));
    std::string session = settings.variable("AWS_ROLE_SESSION_NAME");
    if (session.empty()) session = "cruddur";
    return assume(settings, nullptr, "AssumeRoleWithWebIdentity",
                  {{"RoleArn", role}, {"RoleSessionName", session}, {"WebIdentityToken", token}}, role);
}

result<credentials> profile_credentials(const settings& settings, const std::string& name,
                                        std::vector<std::string> seen);

result<credentials> source_credentials(const settings& settings, const section* profile,
                                       const std::string& name, std::vector<std::string> seen) {
    if (const std::string source = setting_of(profile, "source_profile"); !source.empty()) {
        // A profile may be its own source: its keys, then.
        if (source != name) return profile_credentials(settings, source, std::move(seen));
        const section* const own = settings.credentials_of(name);
        credentials keys{setting_of(own, "aws_access_key_id"), setting_of(own, "aws_secret_access_key"),
                         setting_of(own, "aws_session_token"), "the profile " + name};
        if (!keys.key_id.empty() && !keys.secret.empty()) return keys;
        return misconfigured(fmt::format("The profile {} is its own source, and has no keys", name));
    }
    const std::string source = setting_of(profile, "credential_source");
    result<found_credentials> found = found_credentials{};
    if (source == "Environment")
        found = environment_credentials(settings);
    else if (source == "EcsContainer")
        found = container_credentials(settings);
    else if (source == "Ec2InstanceMetadata")
        found = instance_credentials(settings);
    if (!found) return found.error();
    if (found->found) return std::move(found->keys);
    return misconfigured(
        fmt::format("The profile {} names a role, but nothing to assume it by", name),
        "It needs source_profile, or credential_source (Environment, EcsContainer, Ec2InstanceMetadata), "
        "with keys there.");
}

result<credentials> assume_role(const settings& settings, const section* profile, const std::string& name,
                                std::vector<std::string> seen) {
    const std::string role = setting_of(profile, "role_arn");
    if (const std::string file = setting_of(profile, "web_identity_token_file"); !file.empty())
        return web_identity(settings, role, file);
    auto by = source_credentials(settings, profile, name, std::move(seen));
    if (!by) return by.error();
    std::string session = setting_of(profile, "role_session_name");
    if (session.empty()) session = "cruddur";
    parameters input{{"RoleArn", role}, {"RoleSessionName", session}};
    if (const std::string external = setting_of(profile, "external_id"); !external.empty())
        input.emplace_back("ExternalId", external);
    if (const std::string seconds = setting_of(profile, "duration_seconds"); !seconds.empty())
        input.emplace_back("DurationSeconds", seconds);
    return assume(settings, &*by, "AssumeRole", std::move(input), role);
}

result<credentials> profile_credentials(const settings& settings, const std::string& name,
                                        std::vector<std::string> seen) {
    if (std::find(seen.begin(), seen.end(), name) != seen.end() || seen.size() >= roles_max) {
        return misconfigured(
            fmt::format("The profiles' source_profile settings go round in a circle at '{}'", name));
    }
    seen.push_back(name);
    for (const section* const profile : {settings.credentials_of(name), settings.config_of(name)}) {
        if (!setting_of(profile, "role_arn").empty())
            return assume_role(settings, profile, name, std::move(seen));
    }
    for (const section* const profile : {settings.credentials_of(name), settings.config_of(name)}) {
        credentials keys{setting_of(profile, "aws_access_key_id"),
                         setting_of(profile, "aws_secret_access_key"),
                         setting_of(profile, "aws_session_token"), "the profile " + name};
        if (keys.key_id.empty() != keys.secret.empty()) {
            return misconfigured(fmt::format("The profile {} has one half of a key", name),
                                 "It needs aws_access_key_id and aws_secret_access_key.");
        }
        if (!keys.key_id.empty()) return keys;
    }
    const section* const config = settings.config_of(name);
    for (const char* const other : {"sso_session", "sso_start_url", "credential_process"}) {
        if (setting_of(config, other).empty()) continue;
        return misconfigured(
            fmt::format("The profile {} gets its keys by {}, which the AWS CLI does", name, other),
            fmt::format("Have it hand them over: eval \"$(aws configure export-credentials --profile {} "
                        "--format env)\"",
                        name));
    }
    return misconfigured(fmt::format("The profile {} has no keys", name));
}

bool has_credentials(const settings& settings) {
    for (const section* const profile :
         {settings.credentials_of(settings.profile), settings.config_of(settings.profile)}) {
        for (const char* const name : {"aws_access_key_id", "aws_secret_access_key", "role_arn",
                                       "sso_session", "sso_start_url", "credential_process"}) {
            if (!setting_of(profile, name).empty()) return true;
        }
    }
    return false;
}

} // namespace

result<credentials> find_credentials(const settings& settings) {
    if (!settings.profile_chosen) {
        auto found = environment_credentials(settings);
        if (!found) return found.error();
        if (found->found) return std::move(found->keys);
        const std::string file = settings.variable("AWS_WEB_IDENTITY_TOKEN_FILE");
        if (const std::string role = settings.variable("AWS_ROLE_ARN"); !file.empty() && !role.empty())
            return web_identity(settings, role, file);
    }
    if (settings.profile_chosen || has_credentials(settings))
        return profile_credentials(settings, settings.profile, {});
    for (const auto source : {&container_credentials, &instance_credentials}) {
        auto found = source(settings);
        if (!found) return found.error();
        if (found->found) return std::move(found->keys);
    }
    return misconfigured(
        "No AWS credentials were found",
        "`aws configure` makes a profile; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY set them at once. For "
        "local AWS any will do: export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local");
}

} // namespace cruddur::aws
