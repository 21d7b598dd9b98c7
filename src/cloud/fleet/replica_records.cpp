#include "cloud/fleet/replica_records.hpp"

#include <string_view>

namespace cruddur::cloud::fleet {

namespace {

std::vector<replica_link> read_links(state& db, std::string_view sql, const std::string& id) {
    std::vector<replica_link> out;
    rows all = db.query(sql, id);
    while (all.next())
        out.push_back({all.text(0), all.text(1), all.integer(2) != 0});
    return out;
}

} // namespace

std::optional<replica_link> find_replica(state& db, const std::string& replica) {
    auto found =
        read_links(db, "select replica, source, promotes from db_replica where replica = ?", replica);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

std::vector<replica_link> replicas_of(state& db, const std::string& source) {
    return read_links(db, "select replica, source, promotes from db_replica where source = ? order by rowid",
                      source);
}

void insert_replica(state& db, const std::string& replica, const std::string& source) {
    db.run("insert into db_replica (replica, source) values (?, ?)", replica, source);
}

void ask_for_promotion(state& db, const std::string& replica) {
    db.run("update db_replica set promotes = 1 where replica = ?", replica);
}

void delete_replica_link(state& db, const std::string& replica) {
    db.run("delete from db_replica where replica = ?", replica);
}

} // namespace cruddur::cloud::fleet
