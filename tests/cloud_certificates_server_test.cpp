#include "cloud/ground/certificates.hpp"
#include "cluster/files.hpp"
#include "cluster/server.hpp"
#include "postgres/url.hpp"
#include "support/server.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <vector>

namespace cruddur::cloud {
using namespace ground;
namespace {

using namespace std::chrono_literals;
using std::chrono::system_clock;

const std::vector<std::string> names{"127.0.0.1", "db.cruddur.test", "::1"};

TEST(certificates, hold_what_libpqs_verify_full_asks_of_them) {
    const test::temporary_folder folder;
    const certificate_authority authority{folder.path() / "authority"};
    const auto bundle = folder.path() / "bundle.pem";
    cluster::write_file(bundle, authority.bundle(), 0644);
    const auto place = folder.path() / "server";
    std::filesystem::create_directory(place);
    std::filesystem::permissions(place, std::filesystem::perms{0711});
    const auto long_ago = system_clock::now() - 24h * 340;
    EXPECT_TRUE(keep_certificate(authority, place, names, long_ago));
    EXPECT_FALSE(keep_certificate(authority, place, names, long_ago));

    cluster::server_params params;
    params.folder = place;
    params.dies_with_us = true;
    params.settings = test::fast_settings();
    params.settings.insert(params.settings.end(), {{"ssl", "on"},
                                                   {"ssl_cert_file", (place / "server.crt").string()},
                                                   {"ssl_key_file", (place / "server.key").string()}});
    auto server = cluster::server::start(std::move(params));
    const auto by = [&](const std::string& name, const std::filesystem::path& trusted) {
        return postgres::connection_url::parse(server.url("postgres"))
            .value()
            .with("host", name)
            .with("hostaddr", "127.0.0.1")
            .with("sslmode", "verify-full")
            .with("sslrootcert", trusted.string())
            .to_string();
    };
    const auto question = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    EXPECT_EQ(test::sql(by("127.0.0.1", bundle), question), "t");
    EXPECT_EQ(test::sql(by("db.cruddur.test", bundle), question), "t");
    EXPECT_THROW(test::sql(by("elsewhere.cruddur.test", bundle), question), std::runtime_error);
    EXPECT_THROW(test::sql(by("127.0.0.2", bundle), question), std::runtime_error);

    const certificate_authority stranger{folder.path() / "stranger"};
    const auto strangers = folder.path() / "strangers.pem";
    cluster::write_file(strangers, stranger.bundle(), 0644);
    EXPECT_THROW(test::sql(by("127.0.0.1", strangers), question), std::runtime_error);

    EXPECT_TRUE(keep_certificate(authority, place, names, system_clock::now()));
    server.reload();
    EXPECT_EQ(test::sql(by("127.0.0.1", bundle), question), "t");
}

TEST(certificates, are_renewed_before_they_expire_and_when_names_or_the_authority_change) {
    const test::temporary_folder folder;
    const certificate_authority authority{folder.path() / "one"};
    const auto now = system_clock::now();
    const auto shown = authority.issue(names, now).certificate;
    EXPECT_TRUE(authority.is_current(shown, names, now));
    EXPECT_TRUE(authority.is_current(shown, names, now + 24h * 334));
    EXPECT_FALSE(authority.is_current(shown, names, now + 24h * 336));
    EXPECT_FALSE(authority.is_current(shown, std::vector<std::string>{"127.0.0.1"}, now));
    EXPECT_FALSE(authority.is_current("no certificate", names, now));
    EXPECT_FALSE(certificate_authority{folder.path() / "other"}.is_current(shown, names, now));
}

TEST(certificates, keep_their_authority_from_one_start_to_the_next_in_a_file_closed_to_others) {
    const test::temporary_folder folder;
    const auto first = certificate_authority{folder.path()}.bundle();
    EXPECT_EQ(certificate_authority{folder.path()}.bundle(), first);
    struct stat found {};
    ASSERT_EQ(::stat((folder.path() / "ca.pem").c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U);

    std::filesystem::permissions(folder.path() / "ca.pem", std::filesystem::perms{0644});
    EXPECT_THROW(certificate_authority{folder.path()}, certificate_error);
    cluster::write_file(folder.path() / "ca.pem", first, 0600); // the key is gone
    EXPECT_THROW(certificate_authority{folder.path()}, certificate_error);
}

} // namespace
} // namespace cruddur::cloud
