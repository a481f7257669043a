using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SecureConversation.AspNetCore;
using SecureConversation.AspNetCore.Internal;
using SecureConversation.Credentials;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Has clients authenticated by services of the application.</summary>
public static class SecureConversationOptionsBuilderExtensions
{
    /// <summary>
    /// Authenticates user names by a service from the scope of the request, which may use other services, such as a database. In a session
    /// it is asked once, when the session is opened.
    /// </summary>
    /// <typeparam name="T">The service; registered as scoped unless it is registered already.</typeparam>
    /// <param name="builder">What AddSecureConversation returned.</param>
    public static OptionsBuilder<SecureConversationServiceOptions> AuthenticateUserNames<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this OptionsBuilder<SecureConversationServiceOptions> builder)
        where T : class, IUserNameAuthenticator
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddScoped<T>();
        return builder.Configure(options => options.UserNameAuthenticator = new ScopedUserNameAuthenticator<T>());
    }

    /// <summary>
    /// Has a service from the scope of the request say who the holder of a valid certificate is. In a session it is asked once, when the
    /// session is opened.
    /// </summary>
    /// <typeparam name="T">The service; registered as scoped unless it is registered already.</typeparam>
    /// <param name="builder">What AddSecureConversation returned.</param>
    public static OptionsBuilder<SecureConversationServiceOptions> AuthenticateCertificates<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this OptionsBuilder<SecureConversationServiceOptions> builder)
        where T : class, ICertificateAuthenticator
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddScoped<T>();
        return builder.Configure(options => options.CertificateAuthenticator = new ScopedCertificateAuthenticator<T>());
    }

    /// <summary>
    /// Has a service from the scope of the request say who the holder of a valid issued token is. In a session it is asked once, when the
    /// session is opened.
    /// </summary>
    /// <typeparam name="T">The service; registered as scoped unless it is registered already.</typeparam>
    /// <param name="builder">What AddSecureConversation returned.</param>
    public static OptionsBuilder<SecureConversationServiceOptions> AuthenticateIssuedTokens<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this OptionsBuilder<SecureConversationServiceOptions> builder)
        where T : class, IIssuedTokenAuthenticator
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddScoped<T>();
        return builder.Configure(options => options.IssuedTokenAuthenticator = new ScopedIssuedTokenAuthenticator<T>());
    }

    /// <summary>
    /// Has a service from the scope of the request say who the owner of a Windows account is: roles, claims. It is asked once for each
    /// negotiation.
    /// </summary>
    /// <typeparam name="T">The service; registered as scoped unless it is registered already.</typeparam>
    /// <param name="builder">What AddSecureConversation returned.</param>
    public static OptionsBuilder<SecureConversationServiceOptions> AuthenticateWindowsAccounts<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this OptionsBuilder<SecureConversationServiceOptions> builder)
        where T : class, IWindowsAuthenticator
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddScoped<T>();
        return builder.Configure(options => options.WindowsAuthenticator = new ScopedWindowsAuthenticator<T>());
    }
}
