using System.Globalization;
using System.Net;
using System.Security.Claims;
using System.Text;
using SenderAddress = SecureConversation.Shared.SenderAddress;

namespace SecureConversation.Engine.Quota;

/// <summary>
/// One of those among whom something limited is shared: an authenticated client, or the address of somebody else. The names are compared
/// with each other and nothing else.
/// </summary>
/// <param name="Name">The client, or the address.</param>
/// <param name="Network">
/// What several of them may be at once: the network of the address. Null when it is not known, or is the name itself.
/// </param>
internal readonly record struct Owner(string Name, string? Network = null)
{
    /// <summary>Somebody who is not authenticated, by his address. Where the host knows no addresses, all of them are one.</summary>
    public static Owner OfStranger(IPAddress? address) =>
        address is null ? new Owner("unknown")
        : SenderAddress.IsIPv4(address) ? new Owner(SenderAddress.NameOf(address))
        : new Owner(SenderAddress.NameOf(address), SenderAddress.NetworkOf(address));

    /// <summary>An authenticated client at an address; an anonymous one is a stranger.</summary>
    public static Owner Of(ClaimsPrincipal? user, IPAddress? address) =>
        NameOfUser(user) is { } name ? OfClient(name, address) : OfStranger(address);

    /// <summary>A client with a name of <see cref="NameOfUser"/>. All clients at one address are limited together as well.</summary>
    public static Owner OfClient(string name, IPAddress? address) =>
        new(name, address is null ? null : SenderAddress.NetworkOf(address));

    /// <summary>The name of an authenticated client; null for an anonymous one, and for one without a name.</summary>
    public static string? NameOfUser(ClaimsPrincipal? user)
    {
        if (user?.Identity is not ClaimsIdentity { IsAuthenticated: true } identity)
        {
            return null;
        }

        // Two certificates may carry the same name.
        var name = identity.FindFirst(ClaimTypes.Thumbprint)?.Value ?? Normalize(identity.Name ?? "");
        return name.Length == 0 ? null : $"{identity.AuthenticationType} {name}";
    }

    /// <summary>
    /// One spelling for all that a directory may take for the same user: case, compatibility forms, white space, and characters that
    /// nobody sees. Whoever knows one password must not have as many shares as his name has spellings. Where globalization is invariant,
    /// the platform knows no compatibility forms; those that slip through share the limits of their address.
    /// </summary>
    private static string Normalize(string name)
    {
        try
        {
            name = name.Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            // A lone surrogate has no other spelling.
        }

        var spelling = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            if (!char.IsWhiteSpace(c) && char.GetUnicodeCategory(c) is not (UnicodeCategory.Format or UnicodeCategory.Control))
            {
                spelling.Append(char.ToUpperInvariant(c));
            }
        }

        return spelling.ToString();
    }
}
