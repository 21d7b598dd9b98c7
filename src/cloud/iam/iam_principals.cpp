// What users, groups and roles have alike: inline policies, attached ones, and tags.

#include "cloud/ground/tags.hpp"
#include "cloud/iam/aws_policies.hpp"
#include "cloud/iam/iam.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::iam {

namespace {

constexpr std::size_t name_characters_max = 128;
constexpr std::size_t attached_max = 10;

constexpr std::size_t inline_characters_max(principal_kind kind) {
    return kind == principal_kind::user ? 2048 : kind == principal_kind::group ? 5120 : 10'240;
}

refusal no_policy(const principal& of, const std::string& name) {
    return no_such_entity(fmt::format("The {} policy with name {} cannot be found.", name_of(of.is), name));
}

json::object described_inline(const principal& of, const named_document& what) {
    json::object out{{"PolicyName", what.name}, {"PolicyDocument", url_encoded(what.document)}};
    out[name_member(of.is)] = of.name;
    return out;
}

std::string path_of(state& db, const std::string& arn) {
    if (const aws_policy* const own = find_aws_policy(arn)) return std::string{own->path};
    const auto found = find_managed_policy(db, arn);
    return found ? found->path : "/";
}

} // namespace

template<principal_kind Kind>
json::object principal_operations<Kind>::put_policy(const call& in) {
    const principal of = existing_principal(in, Kind);
    const named_document made{checked_name(in, "PolicyName", name_characters_max),
                              checked_document(in, "PolicyDocument", policy_use::identity)};
    const std::size_t most = inline_characters_max(Kind);
    std::string all = made.document; // the quota is that of all inline policies together
    for (const named_document& each : inline_policies_of(in.db, of)) {
        if (each.name != made.name) all += each.document;
    }
    check_document_size(
        all, most,
        fmt::format("Maximum policy size of {} bytes exceeded for {} {}", most, name_of(Kind), of.name));
    put_inline_policy(in.db, of, made);
    return {};
}

template<principal_kind Kind>
json::object principal_operations<Kind>::get_policy(const call& in) {
    const principal of = existing_principal(in, Kind);
    const std::string name = text_of(in.input, "PolicyName");
    for (const named_document& each : inline_policies_of(in.db, of)) {
        if (each.name == name) return described_inline(of, each);
    }
    throw no_policy(of, name);
}

template<principal_kind Kind>
json::object principal_operations<Kind>::list_policies(const call& in) {
    json::array all;
    for (const named_document& each : inline_policies_of(in.db, existing_principal(in, Kind)))
        all.emplace_back(each.name);
    return page_of(in, "PolicyNames", all);
}

template<principal_kind Kind>
json::object principal_operations<Kind>::delete_policy(const call& in) {
    const principal of = existing_principal(in, Kind);
    const std::string name = text_of(in.input, "PolicyName");
    if (!delete_inline_policy(in.db, of, name)) throw no_policy(of, name);
    return {};
}

template<principal_kind Kind>
json::object principal_operations<Kind>::attach_policy(const call& in) {
    const principal to = existing_principal(in, Kind);
    const std::string arn = text_of(in.input, "PolicyArn");
    if (find_aws_policy(arn) == nullptr && !find_managed_policy(in.db, arn))
        throw no_such_entity(fmt::format("Policy {} does not exist or is not attachable.", arn));
    const auto attached = attached_policies_of(in.db, to);
    if (attached.size() >= attached_max && std::ranges::find(attached, arn) == attached.end()) {
        const std::string_view kind = Kind == principal_kind::user    ? "User"
                                      : Kind == principal_kind::group ? "Group"
                                                                      : "Role";
        throw refusal{"LimitExceeded",
                      fmt::format("Cannot exceed quota for PoliciesPer{}: {}", kind, attached_max), 409};
    }
    iam::attach_policy(in.db, to, arn);
    return {};
}

template<principal_kind Kind>
json::object principal_operations<Kind>::detach_policy(const call& in) {
    const principal from = existing_principal(in, Kind);
    const std::string arn = text_of(in.input, "PolicyArn");
    if (!iam::detach_policy(in.db, from, arn))
        throw no_such_entity(fmt::format("Policy {} was not found.", arn));
    return {};
}

template<principal_kind Kind>
json::object principal_operations<Kind>::list_attached_policies(const call& in) {
    const std::string path = optional_text(in.input, "PathPrefix").value_or("/");
    json::array all;
    for (const std::string& arn : attached_policies_of(in.db, existing_principal(in, Kind))) {
        if (!path_of(in.db, arn).starts_with(path)) continue;
        all.push_back({{"PolicyName", arn.substr(arn.rfind('/') + 1)}, {"PolicyArn", arn}});
    }
    return page_of(in, "AttachedPolicies", all);
}

template<principal_kind Kind>
json::object principal_operations<Kind>::tag(const call& in) {
    const principal of = existing_principal(in, Kind);
    ground::put_tags(in.db, of.arn(), "", wire::read_tags(in.input, "Tags"));
    return {};
}

template<principal_kind Kind>
json::object principal_operations<Kind>::untag(const call& in) {
    const principal of = existing_principal(in, Kind);
    for (const std::string& key : wire::texts_of(in.input, "TagKeys"))
        ground::remove_tag(in.db, of.arn(), key);
    return {};
}

template<principal_kind Kind>
json::object principal_operations<Kind>::list_tags(const call& in) {
    const principal of = existing_principal(in, Kind);
    return page_of(in, "Tags", wire::write_tags(ground::tags_of(in.db, of.arn())));
}

template struct principal_operations<principal_kind::user>;
template struct principal_operations<principal_kind::group>;
template struct principal_operations<principal_kind::role>;

} // namespace cruddur::cloud::iam
