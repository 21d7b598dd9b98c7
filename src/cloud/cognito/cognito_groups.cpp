#include "cloud/cognito/cognito_groups.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

constexpr std::int64_t groups_on_page_max = 60;
constexpr std::size_t groups_max = 10'000; // of one pool
// A group's place where the lowest precedence comes first: none comes last, and equals go by name.
constexpr std::string_view place = "printf('%010d', coalesce(precedence, 9999999999)) || name";
constexpr std::string_view group_columns = "name, description, role_arn, precedence, created_at, modified_at";

struct pool_group {
    std::string pool_id;
    std::string name;
    std::optional<std::string> description;
    std::optional<std::string> role_arn;
    std::optional<std::int64_t> precedence;
    std::int64_t created_at = 0;
    std::int64_t modified_at = 0;
};

pool_group read_group(const rows& row, const std::string& pool_id, int first) {
    const auto text = [&](int column) {
        return row.is_null(first + column) ? std::nullopt : std::optional{row.text(first + column)};
    };
    return {.pool_id = pool_id,
            .name = row.text(first),
            .description = text(1),
            .role_arn = text(2),
            .precedence = row.is_null(first + 3) ? std::nullopt : std::optional{row.integer(first + 3)},
            .created_at = row.integer(first + 4),
            .modified_at = row.integer(first + 5)};
}

pool_group find_group(const call& in, const user_pool& pool) {
    rows found =
        in.db.query(fmt::format("select {} from pool_group where pool_id = ? and name = ?", group_columns),
                    pool.id, text_of(in.input, "GroupName"));
    if (!found.next()) throw refusal{"ResourceNotFoundException", "Group not found."};
    return read_group(found, pool.id, 0);
}

json::object describe_group(const pool_group& group) {
    json::object out{{"GroupName", group.name},
                     {"UserPoolId", group.pool_id},
                     {"CreationDate", group.created_at * ms_per_second},
                     {"LastModifiedDate", group.modified_at * ms_per_second}};
    if (group.description) out["Description"] = *group.description;
    if (group.role_arn) out["RoleArn"] = *group.role_arn;
    if (group.precedence) out["Precedence"] = *group.precedence;
    return out;
}

std::int64_t limit_of(const call& in) {
    const std::int64_t given = optional_integer(in.input, "Limit").value_or(0);
    return given == 0 ? groups_on_page_max : given;
}

// A page of groups, of which each row begins with its place.
json::object list(rows& all, const std::string& pool_id, std::int64_t size) {
    json::array groups;
    std::string last;
    json::object out;
    while (all.next()) {
        if (std::ssize(groups) == size) {
            out["NextToken"] = page_token(last);
            break;
        }
        last = all.text(0);
        groups.emplace_back(describe_group(read_group(all, pool_id, 1)));
    }
    out["Groups"] = std::move(groups);
    return out;
}

void check_room(state& db, const user_pool& pool) {
    rows count = db.query("select count(*) from pool_group where pool_id = ?", pool.id);
    if (count.next() && count.integer(0) >= static_cast<std::int64_t>(groups_max))
        throw refusal{"LimitExceededException",
                      fmt::format("A user pool has at most {} groups.", groups_max)};
}

void set_members(const call& in, pool_group& group) {
    if (auto given = optional_text(in.input, "Description")) group.description = std::move(given);
    if (auto given = optional_text(in.input, "RoleArn")) group.role_arn = std::move(given);
    if (const auto given = optional_integer(in.input, "Precedence")) group.precedence = given;
    group.modified_at = seconds_of(in.now);
}

std::int64_t member_row(const std::string& key) {
    std::int64_t out = 0;
    std::from_chars(key.data(), key.data() + key.size(), out);
    return out;
}

} // namespace

group_membership groups_of(state& db, const pool_user& user) {
    group_membership out;
    std::optional<std::int64_t> lowest;
    rows all =
        db.query(fmt::format("select {} from pool_group join pool_group_member as member "
                             "on member.pool_id = pool_group.pool_id and member.group_name = pool_group.name "
                             "where pool_group.pool_id = ? and username = ? order by {}",
                             group_columns, place),
                 user.pool_id, user.username);
    while (all.next()) {
        const pool_group group = read_group(all, user.pool_id, 0);
        out.names.push_back(group.name);
        if (!group.role_arn) continue;
        if (std::ranges::find(out.roles, *group.role_arn) == out.roles.end())
            out.roles.push_back(*group.role_arn);
        if (!group.precedence) continue;
        if (!lowest) {
            lowest = group.precedence;
            out.preferred_role = *group.role_arn;
        } else if (*lowest == *group.precedence && out.preferred_role != *group.role_arn) {
            out.preferred_role.clear();
        }
    }
    return out;
}

json::object create_group(const call& in) {
    const user_pool pool = find_pool(in);
    check_room(in.db, pool);
    pool_group group{.pool_id = pool.id,
                     .name = text_of(in.input, "GroupName"),
                     .description = {},
                     .role_arn = {},
                     .precedence = {},
                     .created_at = seconds_of(in.now)};
    set_members(in, group);
    const std::int64_t made = in.db.run(
        "insert or ignore into pool_group (pool_id, name, description, role_arn, precedence, created_at, "
        "modified_at) values (?, ?, ?, ?, ?, ?, ?)",
        group.pool_id, group.name, group.description, group.role_arn, group.precedence, group.created_at,
        group.modified_at);
    if (made == 0) throw refusal{"GroupExistsException", "A group with the name already exists."};
    return {{"Group", describe_group(group)}};
}

json::object get_group(const call& in) {
    return {{"Group", describe_group(find_group(in, find_pool(in)))}};
}

// What is not given stays as it is.
json::object update_group(const call& in) {
    pool_group group = find_group(in, find_pool(in));
    set_members(in, group);
    in.db.run("update pool_group set description = ?, role_arn = ?, precedence = ?, modified_at = ? "
              "where pool_id = ? and name = ?",
              group.description, group.role_arn, group.precedence, group.modified_at, group.pool_id,
              group.name);
    return {{"Group", describe_group(group)}};
}

json::object delete_group(const call& in) {
    const pool_group group = find_group(in, find_pool(in));
    in.db.run("delete from pool_group where pool_id = ? and name = ?", group.pool_id, group.name);
    return {};
}

json::object list_groups(const call& in) {
    const user_pool pool = find_pool(in);
    const std::int64_t size = limit_of(in);
    rows all = in.db.query(fmt::format("select name, {} from pool_group where pool_id = ? and name > ? "
                                       "order by name limit ?",
                                       group_columns),
                           pool.id, read_page_token(in, "NextToken"), size + 1);
    return list(all, pool.id, size);
}

json::object admin_list_groups_for_user(const call& in) {
    const auto [pool, user] = user_of(in);
    const std::int64_t size = limit_of(in);
    rows all =
        in.db.query(fmt::format("select {0}, {1} from pool_group where pool_id = ?1 and {0} > ?3 and name in "
                                "(select group_name from pool_group_member where pool_id = ?1 and "
                                "username = ?2) order by 1 limit ?4",
                                place, group_columns),
                    pool.id, user.username, read_page_token(in, "NextToken"), size + 1);
    return list(all, pool.id, size);
}

// It is not an error if he is in it.
json::object admin_add_user_to_group(const call& in) {
    const auto [pool, user] = user_of(in);
    const pool_group group = find_group(in, pool);
    in.db.run("insert or ignore into pool_group_member (pool_id, group_name, username) values (?, ?, ?)",
              pool.id, group.name, user.username);
    return {};
}

json::object admin_remove_user_from_group(const call& in) {
    const auto [pool, user] = user_of(in);
    const pool_group group = find_group(in, pool);
    in.db.run("delete from pool_group_member where pool_id = ? and group_name = ? and username = ?", pool.id,
              group.name, user.username);
    return {};
}

json::object list_users_in_group(const call& in) {
    const pool_group group = find_group(in, find_pool(in));
    const std::int64_t size = limit_of(in);
    const std::string after = read_page_token(in, "NextToken");
    json::array users;
    std::string last;
    json::object out;
    for (const pool_user& user :
         users_in_group(in.db, group.pool_id, group.name, member_row(after), size + 1)) {
        if (std::ssize(users) == size) {
            out["NextToken"] = page_token(last);
            break;
        }
        users.emplace_back(describe_user(user, "Attributes"));
        last = std::to_string(user.row);
    }
    out["Users"] = std::move(users);
    return out;
}

} // namespace cruddur::cloud::cognito
