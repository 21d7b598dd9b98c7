#include "aws/keepsake.hpp"

#include "aws/http.hpp"
#include "cluster/files.hpp"
#include "postgres/url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <system_error>

namespace cruddur::aws {
namespace {

using std::filesystem::path;

error unwritable(const path& file, const std::string& why) {
    return {.kind = failure::failed,
            .message = fmt::format("{} cannot be written: {}", file.string(), why),
            .hint = "XDG_DATA_HOME names another place."};
}

result<void> write(const path& file, const std::string& text, mode_t mode) {
    std::error_code failed;
    std::filesystem::create_directories(file.parent_path(), failed);
    if (failed) return unwritable(file, failed.message());
    std::filesystem::permissions(file.parent_path(), std::filesystem::perms::owner_all, failed);
    if (failed) return unwritable(file, failed.message());
    try {
        cluster::write_file(file, text, mode);
    } catch (const std::runtime_error& why) {
        return unwritable(file, why.what());
    }
    return {};
}

std::size_t count_certificates(const std::string& pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> in{
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
    std::size_t count = 0;
    while (in) {
        const std::unique_ptr<X509, decltype(&X509_free)> one{
            PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr), &X509_free};
        if (!one) break;
        ++count;
    }
    return count;
}

// Where AWS's truststores hold it, and local AWS as well.
constexpr std::string_view global_bundle = "/global/global-bundle.pem";

struct bundle_place {
    std::string url;
    std::string file_name;
    bool local = false;
};

result<bundle_place> place_of(const settings& how) {
    auto endpoint = how.endpoint(rds_service);
    if (!endpoint) return endpoint.error();
    if (is_local(*endpoint)) {
        const auto parsed = boost::urls::parse_uri(*endpoint);
        std::string name =
            fmt::format("local-{}-ca-bundle.pem", std::string{parsed->encoded_host_and_port()});
        std::ranges::replace_if(
            name, [](char c) { return c == ':' || c == '[' || c == ']'; }, '-');
        return bundle_place{*endpoint + std::string{global_bundle}, name, true};
    }
    if (how.region.starts_with("cn-")) {
        return bundle_place{"https://rds-truststore.s3.cn-north-1.amazonaws.com.cn" +
                                std::string{global_bundle},
                            "aws-cn-global-bundle.pem"};
    }
    return bundle_place{"https://truststore.pki.rds.amazonaws.com" + std::string{global_bundle},
                        "aws-global-bundle.pem"};
}

} // namespace

keepsakes::keepsakes(path folder)
    : folder_{std::move(folder)} {}

keepsakes keepsakes::of(const environment& variable) {
    const std::string data = variable("XDG_DATA_HOME");
    const path top = data.empty() ? path{variable("HOME")} / ".local" / "share" : path{data};
    return keepsakes{top / "cruddur" / "rds"};
}

path keepsakes::password_file(const std::string& account, const std::string& region,
                              const std::string& identifier) const {
    return folder_ / account / region / (identifier + ".password");
}

result<path> keepsakes::fetch_ca_bundle(const settings& how) const {
    const auto place = place_of(how);
    if (!place) return place.error();
    const auto answer = send({.url = place->url, .ca_file = how.ca_file});
    if (!answer) return answer.error();
    if (answer->status != 200 || count_certificates(answer->body) == 0) {
        return error{.kind = failure::failed,
                     .message = fmt::format("{} answered with status {} and no certificates", place->url,
                                            answer->status),
                     .hint = place->local
                                 ? "The endpoint is not `cruddur cloud`, or an older one."
                                 : "Fetch the bundle by hand, and name it in the URL's sslrootcert."};
    }
    path file = folder_ / place->file_name;
    auto written = write(file, answer->body, 0644);
    if (!written) return written.error();
    return file;
}

result<path> keepsakes::ca_bundle(const settings& how) const {
    const auto place = place_of(how);
    if (!place) return place.error();
    path file = folder_ / place->file_name;
    std::error_code missing;
    if (!place->local && std::filesystem::exists(file, missing)) return file;
    return fetch_ca_bundle(how);
}

result<void> check_password(const std::string& password) {
    constexpr std::size_t length_min = 8;
    constexpr std::size_t length_max = 128;
    const bool printable =
        std::ranges::all_of(password, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
    if (password.size() >= length_min && password.size() <= length_max && printable &&
        password.find_first_of("/'\"@") == std::string::npos)
        return {};
    return misconfigured("RDS does not take this password",
                         "It takes 8 to 128 printable ASCII characters, and none of / ' \" @ or space.");
}

result<std::string> read_password(const path& file) {
    std::ifstream opened{file, std::ios::binary};
    std::string password;
    if (!std::getline(opened, password)) {
        return misconfigured(fmt::format("{} cannot be read, or is empty", file.string()),
                             "Its first line is the password.");
    }
    if (password.ends_with('\r')) password.pop_back();
    return password;
}

std::string make_password() {
    return cluster::random_password();
}

result<void> write_password(const path& file, const std::string& password) {
    return write(file, password + "\n", 0600);
}

std::string password_to_ask_for(const path& file) {
    const auto begun = read_password(next_of(file));
    return begun && check_password(*begun) ? *begun : make_password();
}

path next_of(const path& file) {
    return file.string() + ".next";
}

result<db_instance> set_kept_password(const path& file, const std::string& password,
                                      const std::function<result<db_instance>()>& ask) {
    const path next = next_of(file);
    std::error_code failed;
    const auto before = std::filesystem::exists(next, failed) ? read_password(next) : result<std::string>{""};
    if (!before) return before.error();
    if (auto written = write_password(next, password); !written) return written.error();
    auto done = ask();
    if (done) {
        try {
            cluster::replace_file(next, file);
        } catch (const std::runtime_error& why) {
            return unwritable(file, why.what());
        }
        return done;
    }
    // Whether AWS has it now is known only where neither this attempt nor one before may have been carried
    // out.
    const bool certain = !done.error().uncertain && !done.error().may_have_acted();
    if (certain && before->empty())
        std::filesystem::remove(next, failed);
    else if (certain)
        static_cast<void>(write_password(next, *before));
    return done;
}

void forget_password(const path& file) {
    std::error_code gone_already;
    std::filesystem::remove(file, gone_already);
    std::filesystem::remove(next_of(file), gone_already);
}

result<std::string> kept_password(const path& file, const std::string& identifier) {
    std::error_code failed;
    const path next = next_of(file);
    const bool kept = std::filesystem::exists(file, failed);
    const bool begun = std::filesystem::exists(next, failed);
    if (kept && !begun) return read_password(file);
    // The instance is there, and this is the only password that it was ever asked to have.
    if (begun && !kept) return read_password(next);
    const auto rotate = fmt::format("`cruddur rds rotate-password {}`", identifier);
    if (begun) {
        return misconfigured(
            fmt::format("A new password of {} was asked for, and the answer never came", identifier),
            rotate + " gives it another, and keeps it.");
    }
    return misconfigured(
        fmt::format("The password of {} is not kept on this machine", identifier),
        fmt::format("`cruddur rds url {} --password-file FILE` takes it from the first line of a "
                    "file; {} gives it a new one, and keeps that.",
                    identifier, rotate));
}

namespace {

postgres::connection_url url_at(const db_instance& instance, const std::string& user, const path& ca_bundle) {
    const auto empty = postgres::connection_url::parse("postgresql://");
    return empty.value()
        .with("host", instance.address)
        .with("port", std::to_string(instance.port))
        .with("user", user)
        .with("dbname", instance.database.empty() ? "postgres" : instance.database)
        .with("sslmode", "verify-full")
        .with("sslrootcert", ca_bundle.string());
}

} // namespace

std::string connection_url_of(const db_instance& instance, const std::string& password,
                              const path& ca_bundle) {
    return url_at(instance, instance.master_username, ca_bundle).with("password", password).to_string();
}

std::string token_url_of(const db_instance& instance, const std::string& user, const path& ca_bundle) {
    // What is ours is in no URL that is written for libpq.
    return url_at(instance, user, ca_bundle).to_string() + "&iam=true";
}

} // namespace cruddur::aws
