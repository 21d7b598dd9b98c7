#pragma once

#include "aws/rds.hpp"
#include "aws/settings.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace cruddur::aws {

// What this machine keeps of DB instances, in $XDG_DATA_HOME/cruddur/rds (or ~/.local/share/…): the bundles
// of certificate authorities, and ACCOUNT/REGION/IDENTIFIER.password, one password each, of mode 0600 in
// folders of mode 0700.
class keepsakes {
public:
    explicit keepsakes(std::filesystem::path folder);
    [[nodiscard]] static keepsakes of(const environment& variable);

    [[nodiscard]] std::filesystem::path password_file(const std::string& account, const std::string& region,
                                                      const std::string& identifier) const;
    // Fetches the bundle that the instances' certificates are verified by, AWS's own or local AWS's, checks
    // that it holds certificates, and keeps it. Returns the file.
    [[nodiscard]] result<std::filesystem::path> fetch_ca_bundle(const settings& how) const;
    // The kept one, or for local AWS, whose authority is made anew with its folder, always a fresh one.
    [[nodiscard]] result<std::filesystem::path> ca_bundle(const settings& how) const;

private:
    std::filesystem::path folder_;
};

// A password from the first line of a file, as RDS takes it: 8 to 128 printable ASCII characters without
// / ' " @ or space.
[[nodiscard]] result<std::string> read_password(const std::filesystem::path& file);
[[nodiscard]] result<void> check_password(const std::string& password);
// One that nobody can guess.
[[nodiscard]] std::string make_password();
// Makes the file's folders, and writes it or leaves it as it was. Fails where the disk does not let it.
[[nodiscard]] result<void> write_password(const std::filesystem::path& file, const std::string& password);
// The one that AWS was asked to take before and has not answered for, or else a new one: asked for again, it
// is the instance's, whichever of both was carried out.
[[nodiscard]] std::string password_to_ask_for(const std::filesystem::path& file);
// Where a password stands that AWS was asked to take and has not answered for.
[[nodiscard]] std::filesystem::path next_of(const std::filesystem::path& file);
// Asks AWS for a password that is kept before it is asked for and nowhere lost, whenever this ends: one that
// AWS has and nobody knows would lock everyone out. What AWS takes becomes the file; what it refuses leaves
// all as it was; where nobody knows what became of it, both stay.
[[nodiscard]] result<db_instance> set_kept_password(const std::filesystem::path& file,
                                                    const std::string& password,
                                                    const std::function<result<db_instance>()>& ask);
// Of an instance that is being deleted.
void forget_password(const std::filesystem::path& file);
// The password of an instance that is there, or what to do where it is not known for certain.
[[nodiscard]] result<std::string> kept_password(const std::filesystem::path& file,
                                                const std::string& identifier);

// The connection URL of an instance, with everything percent-encoded, TLS verified by the bundle.
// The same for who signs in by tokens, which are signed anew for each session (`?iam=true`).
[[nodiscard]] std::string token_url_of(const db_instance& instance, const std::string& user,
                                       const std::filesystem::path& ca_bundle);
[[nodiscard]] std::string connection_url_of(const db_instance& instance, const std::string& password,
                                            const std::filesystem::path& ca_bundle);

} // namespace cruddur::aws
