#include "cloud/iam/iam.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

namespace cruddur::cloud::iam {

namespace {

constexpr std::size_t name_characters_max = 128;

json::array described_all(const call& in, const std::vector<principal>& all) {
    json::array out;
    for (const principal& each : all)
        out.emplace_back(described(in, each));
    return out;
}

} // namespace

json::object create_group(const call& in) {
    const principal made{.is = principal_kind::group,
                         .name = checked_name(in, "GroupName", name_characters_max),
                         .path = checked_path(in),
                         .id = new_id("AGPA"),
                         .created_ms = now_of(in)};
    if (find_principal(in.db, made.is, made.name)) {
        throw refusal{"EntityAlreadyExists", fmt::format("Group with name {} already exists.", made.name),
                      409};
    }
    insert_principal(in.db, made);
    return {{"Group", described(in, made)}};
}

json::object get_group(const call& in) {
    const principal group = existing_principal(in, principal_kind::group);
    json::object out = page_of(in, "Users", described_all(in, members_of(in.db, group.name)));
    out["Group"] = described(in, group);
    return out;
}

json::object list_groups(const call& in) {
    const std::string path = optional_text(in.input, "PathPrefix").value_or("/");
    return page_of(in, "Groups", described_all(in, principals_of(in.db, principal_kind::group, path)));
}

json::object delete_group(const call& in) {
    const principal gone = existing_principal(in, principal_kind::group);
    const auto refuse = [](std::string_view what) {
        throw refusal{"DeleteConflict", fmt::format("Cannot delete entity, must {} first.", what), 409};
    };
    if (!members_of(in.db, gone.name).empty()) refuse("remove users from group");
    if (!attached_policies_of(in.db, gone).empty()) refuse("detach all policies");
    if (!inline_policies_of(in.db, gone).empty()) refuse("delete policies");
    delete_principal(in.db, gone);
    return {};
}

json::object add_user_to_group(const call& in) {
    const principal group = existing_principal(in, principal_kind::group);
    add_to_group(in.db, existing_principal(in, principal_kind::user).name, group.name);
    return {};
}

json::object remove_user_from_group(const call& in) {
    const principal group = existing_principal(in, principal_kind::group);
    const principal user = existing_principal(in, principal_kind::user);
    if (!remove_from_group(in.db, user.name, group.name))
        throw no_such_entity(fmt::format("The user with name {} cannot be found in group.", user.name));
    return {};
}

json::object list_groups_for_user(const call& in) {
    const principal user = existing_principal(in, principal_kind::user);
    return page_of(in, "Groups", described_all(in, groups_of(in.db, user.name)));
}

} // namespace cruddur::cloud::iam
