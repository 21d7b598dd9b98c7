// AWS Organizations, as far as service control policies need it: one organization, of this account.

#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/iam/aws_policies.hpp"
#include "cloud/iam/iam.hpp"
#include "cloud/iam/organization_store.hpp"
#include "cloud/wire/listing.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::iam {

namespace {

using wire::member_limit;
using wire::operation;

constexpr std::string_view service_control = "SERVICE_CONTROL_POLICY";
constexpr std::string_view email = "root@localhost";
constexpr std::string_view account_name = "local";
constexpr std::size_t content_characters_max = 5120;
constexpr std::size_t attached_max = 5;
constexpr std::string_view id_alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

organization existing_organization(const call& in) {
    if (auto found = find_organization(in.db)) return std::move(*found);
    throw refusal{"AWSOrganizationsNotInUseException", "Your account is not a member of an organization."};
}

control_policy existing_control(const call& in) {
    (void)existing_organization(in);
    if (auto found = find_control_policy(in.db, text_of(in.input, "PolicyId"))) return std::move(*found);
    throw refusal{"PolicyNotFoundException", "We can't find a policy with the PolicyId that you specified."};
}

control_policy own_control(const call& in) {
    control_policy out = existing_control(in);
    if (out.id == full_access_id) {
        throw refusal{"InvalidInputException",
                      "You specified a policy that is managed by AWS: it cannot be changed or deleted."};
    }
    return out;
}

void check_type(const call& in, std::string_view member) {
    if (text_of(in.input, member) == service_control) return;
    throw refusal{"PolicyTypeNotAvailableForOrganizationException",
                  fmt::format("Local AWS has no policies but {} that would act.", service_control)};
}

std::string checked_content(const call& in) {
    std::string content = text_of(in.input, "Content");
    if (content.size() > content_characters_max) {
        throw refusal{"ConstraintViolationException",
                      "You have exceeded the maximum size of a policy, 5120 characters."};
    }
    try {
        (void)read_policy(content, policy_use::service_control);
    } catch (const malformed_policy& why) {
        throw refusal{
            "MalformedPolicyDocumentException",
            fmt::format("The provided policy document does not meet the requirements of the specified policy "
                        "type. {}",
                        why.what())};
    }
    return content;
}

void check_name_is_free(const call& in, const control_policy& of) {
    const auto all = control_policies(in.db);
    const bool taken = std::ranges::any_of(
        all, [&](const control_policy& each) { return each.name == of.name && each.id != of.id; });
    if (taken) throw refusal{"DuplicatePolicyException", "A policy with the same name already exists."};
}

// The root or the account.
std::string existing_target(const call& in, const organization& of) {
    const std::string target = text_of(in.input, "TargetId");
    if (target == of.root_id || target == ground::account_id) return target;
    throw refusal{"TargetNotFoundException",
                  "We can't find a root, OU, or account with the TargetId that you specified."};
}

json::object described_organization(const organization& what) {
    return {{"Id", what.id},
            {"Arn", what.arn()},
            {"FeatureSet", "ALL"},
            {"MasterAccountArn", what.arn_of_account()},
            {"MasterAccountId", ground::account_id},
            {"MasterAccountEmail", email},
            {"AvailablePolicyTypes",
             json::array{json::object{{"Type", service_control}, {"Status", "ENABLED"}}}}};
}

json::object described_root(const organization& what) {
    json::array types;
    if (what.has_service_control) types.push_back({{"Type", service_control}, {"Status", "ENABLED"}});
    return {{"Id", what.root_id},
            {"Arn", what.arn_of_root()},
            {"Name", "Root"},
            {"PolicyTypes", std::move(types)}};
}

json::object described_account(const organization& what) {
    return {{"Id", ground::account_id},
            {"Arn", what.arn_of_account()},
            {"Email", email},
            {"Name", account_name},
            {"Status", "ACTIVE"},
            {"State", "ACTIVE"},
            {"JoinedMethod", "INVITED"},
            {"JoinedTimestamp", what.created_ms}};
}

json::object summary_of(const organization& in, const control_policy& what) {
    return {{"Id", what.id},           {"Arn", in.arn_of_policy(what.id)},
            {"Name", what.name},       {"Description", what.description},
            {"Type", service_control}, {"AwsManaged", what.id == full_access_id}};
}

json::object described_control(const organization& in, const control_policy& what) {
    return {{"Policy", json::object{{"PolicySummary", summary_of(in, what)}, {"Content", what.content}}}};
}

json::object listed(const call& in, std::string_view name, const json::array& all) {
    constexpr std::int64_t results_max = 20;
    const std::int64_t most = wire::optional_integer(in.input, "MaxResults").value_or(results_max);
    auto shown =
        wire::page_at(optional_text(in.input, "NextToken"), static_cast<std::size_t>(most), all.size());
    if (!shown) throw refusal{"InvalidInputException", "You specified a NextToken that is not valid."};
    shown->token = "NextToken";
    return wire::listed(name, all, *shown, [](const json::value& each) { return each; });
}

json::object create_organization(const call& in) {
    if (optional_text(in.input, "FeatureSet").value_or("ALL") != "ALL") {
        throw refusal{"InvalidInputException",
                      "Local AWS has organizations of the feature set ALL alone: no other has policies."};
    }
    if (find_organization(in.db)) {
        throw refusal{"AlreadyInOrganizationException",
                      "The provided account is already a member of an organization."};
    }
    const organization made{.id = "o-" + ground::random_text(10, id_alphabet),
                            .root_id = "r-" + ground::random_text(4, id_alphabet),
                            .created_ms = now_of(in)};
    insert_organization(in.db, made);
    return {{"Organization", described_organization(made)}};
}

json::object describe_organization(const call& in) {
    return {{"Organization", described_organization(existing_organization(in))}};
}

json::object delete_organization_of(const call& in) {
    (void)existing_organization(in);
    if (control_policies(in.db).size() > 1) {
        throw refusal{"OrganizationNotEmptyException",
                      "The organization still has policies: delete them first."};
    }
    delete_organization(in.db);
    return {};
}

json::object list_roots(const call& in) {
    return listed(in, "Roots", {described_root(existing_organization(in))});
}

json::object list_accounts(const call& in) {
    return listed(in, "Accounts", {described_account(existing_organization(in))});
}

json::object describe_account(const call& in) {
    const organization of = existing_organization(in);
    if (text_of(in.input, "AccountId") != ground::account_id) {
        throw refusal{"AccountNotFoundException",
                      "You specified an account that doesn't exist in the organization."};
    }
    return {{"Account", described_account(of)}};
}

organization of_root(const call& in) {
    organization out = existing_organization(in);
    if (text_of(in.input, "RootId") != out.root_id)
        throw refusal{"RootNotFoundException", "We can't find a root with the RootId that you specified."};
    check_type(in, "PolicyType");
    return out;
}

json::object enable_policy_type(const call& in) {
    organization of = of_root(in);
    if (of.has_service_control) {
        throw refusal{"PolicyTypeAlreadyEnabledException",
                      "The specified policy type is already enabled in the root."};
    }
    of.has_service_control = true;
    set_service_control(in.db, true);
    for (const std::string& target : {of.root_id, std::string{ground::account_id}})
        attach_control_policy(in.db, std::string{full_access_id}, target);
    return {{"Root", described_root(of)}};
}

json::object disable_policy_type(const call& in) {
    organization of = of_root(in);
    if (!of.has_service_control) {
        throw refusal{"PolicyTypeNotEnabledException",
                      "This operation can be performed only for enabled policy types."};
    }
    of.has_service_control = false;
    set_service_control(in.db, false);
    for (const std::string& target : {of.root_id, std::string{ground::account_id}}) {
        for (const std::string& id : attached_to(in.db, target))
            detach_control_policy(in.db, id, target);
    }
    return {{"Root", described_root(of)}};
}

json::object create_control_policy(const call& in) {
    const organization of = existing_organization(in);
    check_type(in, "Type");
    const control_policy made{.id = "p-" + ground::random_text(8, id_alphabet),
                              .name = text_of(in.input, "Name"),
                              .description = text_of(in.input, "Description"),
                              .content = checked_content(in),
                              .created_ms = now_of(in)};
    check_name_is_free(in, made);
    insert_control_policy(in.db, made);
    return described_control(of, made);
}

json::object update_control_policy(const call& in) {
    control_policy changed = own_control(in);
    changed.name = optional_text(in.input, "Name").value_or(changed.name);
    changed.description = optional_text(in.input, "Description").value_or(changed.description);
    if (in.input.contains("Content")) changed.content = checked_content(in);
    check_name_is_free(in, changed);
    save_control_policy(in.db, changed);
    return described_control(existing_organization(in), changed);
}

json::object describe_control_policy(const call& in) {
    const control_policy found = existing_control(in);
    return described_control(existing_organization(in), found);
}

json::object delete_control_policy_of(const call& in) {
    const control_policy gone = own_control(in);
    if (!targets_of(in.db, gone.id).empty()) {
        throw refusal{"PolicyInUseException",
                      "The policy is attached to one or more entities. You must detach it from all roots, "
                      "OUs, and accounts before performing this operation."};
    }
    delete_control_policy(in.db, gone.id);
    return {};
}

json::object list_control_policies(const call& in) {
    const organization of = existing_organization(in);
    check_type(in, "Filter");
    json::array all;
    for (const control_policy& each : control_policies(in.db))
        all.emplace_back(summary_of(of, each));
    return listed(in, "Policies", all);
}

json::object attach_control(const call& in) {
    const organization of = existing_organization(in);
    const control_policy what = existing_control(in);
    const std::string target = existing_target(in, of);
    if (!of.has_service_control) {
        throw refusal{"PolicyTypeNotEnabledException",
                      "This operation can be performed only for enabled policy types."};
    }
    const auto attached = attached_to(in.db, target);
    if (std::ranges::find(attached, what.id) != attached.end()) {
        throw refusal{"DuplicatePolicyAttachmentException",
                      "A policy with the specified name and type already exists."};
    }
    if (attached.size() >= attached_max) {
        throw refusal{"ConstraintViolationException",
                      "You have exceeded the number of policies that can be attached to a target, 5."};
    }
    attach_control_policy(in.db, what.id, target);
    return {};
}

json::object detach_control(const call& in) {
    const organization of = existing_organization(in);
    const control_policy what = existing_control(in);
    const std::string target = existing_target(in, of);
    const auto attached = attached_to(in.db, target);
    if (std::ranges::find(attached, what.id) == attached.end()) {
        throw refusal{"PolicyNotAttachedException",
                      "The policy isn't attached to the specified target in the specified root."};
    }
    if (attached.size() == 1) {
        throw refusal{"ConstraintViolationException",
                      "You cannot detach the last service control policy of a target: attach another one "
                      "before it."};
    }
    detach_control_policy(in.db, what.id, target);
    return {};
}

json::object list_targets_for_policy(const call& in) {
    const organization of = existing_organization(in);
    json::array all;
    for (const std::string& target : targets_of(in.db, existing_control(in).id)) {
        const bool is_root = target == of.root_id;
        all.push_back({{"TargetId", target},
                       {"Arn", is_root ? of.arn_of_root() : of.arn_of_account()},
                       {"Name", is_root ? "Root" : account_name},
                       {"Type", is_root ? "ROOT" : "ACCOUNT"}});
    }
    return listed(in, "Targets", all);
}

json::object list_policies_for_target(const call& in) {
    const organization of = existing_organization(in);
    check_type(in, "Filter");
    json::array all;
    for (const std::string& id : attached_to(in.db, existing_target(in, of))) {
        if (const auto found = find_control_policy(in.db, id)) all.emplace_back(summary_of(of, *found));
    }
    return listed(in, "Policies", all);
}

constexpr auto limits = std::to_array<member_limit>({{.member = "Name", .min = 1, .max = 128},
                                                     {.member = "Description", .max = 512},
                                                     {.member = "Content", .min = 1, .max = 1'000'000},
                                                     {.member = "PolicyId", .min = 1, .max = 130},
                                                     {.member = "TargetId", .min = 1, .max = 68},
                                                     {.member = "RootId", .min = 1, .max = 34},
                                                     {.member = "AccountId", .min = 12, .max = 12},
                                                     {.member = "NextToken", .max = 100'000},
                                                     {.member = "MaxResults", .min = 1, .max = 20}});

constexpr std::array operations{
    operation{"AttachPolicy", "PolicyId TargetId", attach_control},
    operation{"CreateOrganization", "FeatureSet", create_organization},
    operation{"CreatePolicy", "Content Description Name Type", create_control_policy},
    operation{"DeleteOrganization", "", delete_organization_of},
    operation{"DeletePolicy", "PolicyId", delete_control_policy_of},
    operation{"DescribeAccount", "AccountId", describe_account},
    operation{"DescribeOrganization", "", describe_organization},
    operation{"DescribePolicy", "PolicyId", describe_control_policy},
    operation{"DetachPolicy", "PolicyId TargetId", detach_control},
    operation{"DisablePolicyType", "RootId PolicyType", disable_policy_type},
    operation{"EnablePolicyType", "RootId PolicyType", enable_policy_type},
    operation{"ListAccounts", "NextToken MaxResults", list_accounts},
    operation{"ListPolicies", "Filter NextToken MaxResults", list_control_policies},
    operation{"ListPoliciesForTarget", "TargetId Filter NextToken MaxResults", list_policies_for_target},
    operation{"ListRoots", "NextToken MaxResults", list_roots},
    operation{"ListTargetsForPolicy", "PolicyId NextToken MaxResults", list_targets_for_policy},
    operation{"UpdatePolicy", "PolicyId Name Description Content", update_control_policy}};

} // namespace

const wire::service& organizations_service() {
    static constexpr wire::service service{.model = wire::organizations_model,
                                           .operations = operations,
                                           .validation_code = "InvalidInputException",
                                           .limits = limits};
    return service;
}

} // namespace cruddur::cloud::iam
