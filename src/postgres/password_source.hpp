#pragma once

#include "postgres/url.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace cruddur::postgres {

// Where the password of connection URLs comes from, when it may change while the program runs. Safe to use
// from several threads.
class password_source {
public:
    virtual ~password_source() = default;
    // The password as it was last asked for.
    [[nodiscard]] virtual std::string current() const = 0;
    // Asks for it anew. Blocks, never beyond its own deadline; where it fails, the password stays.
    virtual void renew() = 0;
    // Whether to ask it anew may mend that refusal, after a connection has had it asked so many times.
    [[nodiscard]] virtual bool may_mend(std::string_view sqlstate, unsigned renewals) const;
    // What to look at where the server refuses the password; "" where that is nothing of this source's.
    [[nodiscard]] virtual std::string advice() const;
};

// The source that a URL names: its secret (`?secret=NAME`), or with `?iam=true` its user, host and port. ""
// where its password is its own.
[[nodiscard]] std::string password_source_name(const connection_url& url);

// Has every connection whose URL names that source take its password from there, from now on. Who keeps a
// password is the program's own: a URL is a value, which is copied and told.
void keep_password_source(const std::string& name, std::shared_ptr<password_source> source);
// nullptr where there is none for it.
[[nodiscard]] std::shared_ptr<password_source> password_source_of(const std::string& name);

} // namespace cruddur::postgres
