#include "cloud/rds/engine_settings.hpp"

#include "cloud/fleet/instance_extensions.hpp"
#include "cluster/error.hpp"
#include "cluster/server.hpp"
#include "db/queries.hpp"
#include "postgres/plain_connection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>

namespace cruddur::cloud::rds {

namespace {

using std::filesystem::path;

// A folder that is gone with this.
class passing_folder {
public:
    passing_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "cruddur-settings.XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) {
            throw cluster::error{
                fmt::format("no folder can be made in {}, in which to ask PostgreSQL for its "
                            "settings. Name a folder that can be written to by TMPDIR",
                            std::filesystem::temp_directory_path().string())};
        }
        where_ = name;
        // Run by root, PostgreSQL's user passes through.
        std::filesystem::permissions(where_, std::filesystem::perms{0711});
    }
    passing_folder(const passing_folder&) = delete;
    passing_folder& operator=(const passing_folder&) = delete;
    ~passing_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(where_, ignored);
    }

    [[nodiscard]] const path& where() const { return where_; }

private:
    path where_;
};

std::vector<engine_setting> ask(const cluster::server& whom) {
    const auto url = postgres::connection_url::parse(whom.url("postgres"));
    if (url.has_error()) throw cluster::error{url.error().describe()};
    auto connection = postgres::plain_connection::open(url.value());
    if (connection.has_error()) throw cluster::error{connection.error().describe()};
    const auto told = connection.value().execute(queries::rds_settings);
    if (told.has_error()) throw cluster::error{told.error().describe()};
    std::vector<engine_setting> out;
    for (std::size_t row = 0; row < told.value().size(); ++row) {
        const auto text = [&](std::size_t column) {
            return std::string{told.value().get(row, column).value_or("")};
        };
        out.push_back(
            {text(0), text(1), text(2), text(3), text(4), text(5), text(6), text(7), text(8), text(9)});
    }
    return out;
}

} // namespace

std::vector<engine_setting> read_engine_settings(int major, const path& engines) {
    const passing_folder folder;
    cluster::server_params params;
    params.folder = folder.where() / "server";
    params.address = "";
    params.major = major;
    params.engines = engines;
    params.settings = {{"shared_buffers", "1MB"},
                       {"max_connections", "10"},
                       {"fsync", "off"},
                       {"shared_preload_libraries",
                        fmt::format("{}", fmt::join(fleet::preload_libraries(major, engines), ","))}};
    auto server = cluster::server::start(std::move(params));
    auto out = ask(server);
    server.stop();
    return out;
}

} // namespace cruddur::cloud::rds
