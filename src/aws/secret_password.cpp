#include "aws/secret_password.hpp"

#include "aws/credentials.hpp"
#include "aws/json_call.hpp"
#include "aws/settings.hpp"
#include "postgres/password_source.hpp"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace cruddur::aws {

namespace {

namespace json = boost::json;

constexpr service secrets_service{"SECRETS_MANAGER", "secretsmanager", "2017-10-17"};
constexpr std::string_view operation = "secretsmanager:GetSecretValue";
constexpr std::chrono::seconds patience{5};

// The region that an ARN says, or "".
std::string region_of(const std::string& secret) {
    std::vector<std::string> parts;
    boost::split(parts, secret, boost::is_any_of(":"));
    return parts.size() > 3 && parts[0] == "arn" ? parts[3] : "";
}

result<json::object> ask(const settings& how, const std::string& secret) {
    const auto keys = find_credentials(how);
    if (!keys) return keys.error();
    return call_json(how, *keys, secrets_service, "secretsmanager", "GetSecretValue", {{"SecretId", secret}},
                     patience);
}

// What RDS keeps is a JSON object; a secret of one's own may be the password itself.
result<std::string> password_in(const json::object& answer) {
    const std::string text = text_in(answer, "SecretString");
    boost::system::error_code is_plain;
    const json::value whole = json::parse(text, is_plain);
    std::string password = is_plain || !whole.is_object() ? text : text_in(whole.get_object(), "password");
    if (!password.empty()) return password;
    return error{.message = "The secret has no text, or no member \"password\" in it",
                 .operation = std::string{operation},
                 .sent = true};
}

class kept_password final : public postgres::password_source {
public:
    kept_password(settings how, std::string secret)
        : how_{std::move(how)}
        , secret_{std::move(secret)} {}

    [[nodiscard]] std::string current() const override {
        const std::lock_guard lock{mutex_};
        return password_;
    }

    void renew() override { (void)read(); }

    [[nodiscard]] result<void> read() {
        const auto answer = ask(how_, secret_);
        if (!answer) return answer.error();
        auto password = password_in(*answer);
        if (!password) return password.error();
        const std::lock_guard lock{mutex_};
        password_ = std::move(*password);
        return {};
    }

private:
    const settings how_;
    const std::string secret_;
    mutable std::mutex mutex_;
    std::string password_;
};

} // namespace

result<postgres::connection_url> with_secret(postgres::connection_url url) {
    const std::string secret{url.get("secret")};
    if (secret.empty()) return url;
    auto how = load_settings({});
    if (!how) return how.error();
    if (std::string region = region_of(secret); !region.empty()) how->region = std::move(region);
    const auto kept = std::make_shared<kept_password>(std::move(*how), secret);
    if (const auto done = kept->read(); !done) return done.error();
    postgres::keep_password_source(secret, kept);
    return url.with("password", kept->current());
}

} // namespace cruddur::aws
