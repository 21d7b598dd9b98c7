// Debian has no static library of Kerberos or LDAP, which libpq.a refers to, and a function uses neither: the
// linker binds every symbol of theirs to one of these (cmake/function.cmake). libpq takes them for libraries
// that are there and can do nothing: it goes on without Kerberos, and a server that insists on it, or a
// service file that names an LDAP server, is told so by an error.

#include <cstdint>

extern "C" std::uint32_t cruddur_no_kerberos();
extern "C" void* cruddur_no_ldap();
extern "C" const void* const cruddur_no_name_type;

extern "C" std::uint32_t cruddur_no_kerberos() {
    constexpr std::uint32_t unavailable = 16U << 16U; // GSS_S_UNAVAILABLE
    return unavailable;
}

extern "C" void* cruddur_no_ldap() {
    return nullptr; // ldap_init: there is no session
}

extern "C" const void* const cruddur_no_name_type = nullptr; // GSS_C_NT_HOSTBASED_SERVICE
