#pragma once

#include <memory>
#include <string>

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
};

// Has every connection whose URL names that secret (`?secret=NAME`) take its password from there, from now
// on. Who keeps a password is the program's own: a URL is a value, which is copied and told.
void keep_password_source(const std::string& secret, std::shared_ptr<password_source> source);
// nullptr where there is none for it.
[[nodiscard]] std::shared_ptr<password_source> password_source_of(const std::string& secret);

} // namespace cruddur::postgres
