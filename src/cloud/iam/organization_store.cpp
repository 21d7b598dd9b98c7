#include "cloud/iam/organization_store.hpp"

#include "cloud/ground/identifiers.hpp"
#include "cloud/iam/aws_policies.hpp"
#include "cloud/iam/iam_store.hpp"

#include <fmt/core.h>

#include <utility>

namespace cruddur::cloud::iam {

namespace {

control_policy full_access() {
    return {std::string{full_access_id}, "FullAWSAccess", "Allows access to every operation",
            std::string{full_access_document}};
}

template<class... Values>
std::vector<control_policy> read_policies(state& db, std::string_view rest, const Values&... values) {
    std::vector<control_policy> out;
    ground::rows all = db.query(
        fmt::format("select id, name, description, content, created_ms from organization_policy {}", rest),
        values...);
    while (all.next())
        out.push_back({all.text(0), all.text(1), all.text(2), all.text(3), all.integer(4)});
    return out;
}

} // namespace

std::string organization::arn() const {
    return fmt::format("arn:aws:organizations::{}:organization/{}", ground::account_id, id);
}

std::string organization::arn_of_account() const {
    return fmt::format("arn:aws:organizations::{0}:account/{1}/{0}", ground::account_id, id);
}

std::string organization::arn_of_root() const {
    return fmt::format("arn:aws:organizations::{}:root/{}/{}", ground::account_id, id, root_id);
}

std::string organization::arn_of_policy(const std::string& policy_id) const {
    if (policy_id == full_access_id)
        return fmt::format("arn:aws:organizations::aws:policy/service_control_policy/{}", policy_id);
    return fmt::format("arn:aws:organizations::{}:policy/{}/service_control_policy/{}", ground::account_id,
                       id, policy_id);
}

std::optional<organization> find_organization(state& db) {
    ground::rows found = db.query("select id, root_id, created_ms, has_service_control from organization");
    if (!found.next()) return std::nullopt;
    return organization{found.text(0), found.text(1), found.integer(2), found.integer(3) != 0};
}

void insert_organization(state& db, const organization& made) {
    db.run("insert into organization (id, root_id, created_ms, has_service_control) values (?, ?, ?, ?)",
           made.id, made.root_id, made.created_ms, made.has_service_control);
}

void set_service_control(state& db, bool enabled) {
    db.run("update organization set has_service_control = ?", enabled);
}

void delete_organization(state& db) {
    db.run("delete from organization_attachment");
    db.run("delete from organization");
}

std::vector<control_policy> control_policies(state& db) {
    std::vector<control_policy> out = read_policies(db, "order by name");
    out.insert(out.begin(), full_access());
    return out;
}

std::optional<control_policy> find_control_policy(state& db, const std::string& id) {
    if (id == full_access_id) return full_access();
    std::vector<control_policy> found = read_policies(db, "where id = ?", id);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

void insert_control_policy(state& db, const control_policy& made) {
    db.run("insert into organization_policy (id, name, description, content, created_ms) "
           "values (?, ?, ?, ?, ?)",
           made.id, made.name, made.description, made.content, made.created_ms);
    begin_to_enforce(db);
}

void save_control_policy(state& db, const control_policy& changed) {
    db.run("update organization_policy set name = ?, description = ?, content = ? where id = ?", changed.name,
           changed.description, changed.content, changed.id);
}

void delete_control_policy(state& db, const std::string& id) {
    db.run("delete from organization_policy where id = ?", id);
}

std::vector<std::string> attached_to(state& db, const std::string& target) {
    std::vector<std::string> out;
    ground::rows all =
        db.query("select policy from organization_attachment where target = ? order by policy", target);
    while (all.next())
        out.push_back(all.text(0));
    return out;
}

std::vector<std::string> targets_of(state& db, const std::string& policy_id) {
    std::vector<std::string> out;
    ground::rows all =
        db.query("select target from organization_attachment where policy = ? order by target", policy_id);
    while (all.next())
        out.push_back(all.text(0));
    return out;
}

void attach_control_policy(state& db, const std::string& policy_id, const std::string& target) {
    db.run("insert into organization_attachment (policy, target) values (?, ?) on conflict do nothing",
           policy_id, target);
}

bool detach_control_policy(state& db, const std::string& policy_id, const std::string& target) {
    return db.run("delete from organization_attachment where policy = ? and target = ?", policy_id, target) >
           0;
}

} // namespace cruddur::cloud::iam
