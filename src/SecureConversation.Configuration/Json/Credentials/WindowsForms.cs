using System.Net;
using System.Security.Principal;
using SecureConversation.Credentials;

namespace SecureConversation.Configuration.Json;

/// <summary>The Windows accounts of both sides.</summary>
internal static class WindowsForms
{
    private static readonly WindowsClientCredential ClientDefaults = new();
    private static readonly WindowsServiceCredential ServiceDefaults = new();

    private static ObjectForm<AccountDraft> Account { get; } = new(nameof(NetworkCredential), () => new(),
    [
        new Key<AccountDraft, string?>(nameof(NetworkCredential.UserName), "The name of the user.",
            new OptionalForm<string>(StringForm.Instance), d => d.UserName, (d, v) => d with { UserName = v }) { IsRequired = true },
        new Key<AccountDraft, string?>(nameof(NetworkCredential.Password),
            "The password. Better from an environment variable or a secret store than in a file.",
            SecretForm.Instance, d => d.Password, (d, v) => d with { Password = v }),
        new Key<AccountDraft, string?>(nameof(NetworkCredential.Domain), "The domain; on Linux the Kerberos realm, in capitals.",
            new OptionalForm<string>(StringForm.Instance), d => d.Domain, (d, v) => d with { Domain = v }),
    ])
    {
        Incomplete = d => d.UserName is null ? "UserName is missing." : d.Password is null ? "Password is missing." : null,
    };

    public static ObjectForm<ClientDraft> Client { get; } = new(nameof(WindowsClientCredential), () => new(),
    [
        new Key<ClientDraft, AccountDraft>(nameof(WindowsClientCredential.ClientCredential),
            "The account. Default: that of the process, or the tickets that it has.",
            Account, d => d.Account ?? new(), (d, v) => d with { Account = v }),
        new Key<ClientDraft, TokenImpersonationLevel>(nameof(WindowsClientCredential.AllowedImpersonationLevel),
            "What the service may do with the account. Default Identification.",
            EnumForm.Of<TokenImpersonationLevel>(), d => d.Level, (d, v) => d with { Level = v }),
        new Key<ClientDraft, bool>(nameof(WindowsClientCredential.AllowNtlm),
            "Whether NTLM will do where there is no Kerberos. Default true.",
            TruthForm.Instance, d => d.AllowsNtlm, (d, v) => d with { AllowsNtlm = v }),
    ]);

    public static ObjectForm<ServiceDraft> Service { get; } = new(nameof(WindowsServiceCredential), () => new(),
    [
        new Key<ServiceDraft, AccountDraft>(nameof(WindowsServiceCredential.Credential),
            "The account of the service. Default: that of the process, or the keys in its keytab.",
            Account, d => d.Account ?? new(), (d, v) => d with { Account = v }),
        new Key<ServiceDraft, bool>(nameof(WindowsServiceCredential.AllowAnonymousLogons),
            "Whether clients without an account are taken. Default false.",
            TruthForm.Instance, d => d.AllowsAnonymous, (d, v) => d with { AllowsAnonymous = v }),
        new Key<ServiceDraft, bool>(nameof(WindowsServiceCredential.IncludeWindowsGroups),
            "Whether the groups of a client are among its claims. Default true.",
            TruthForm.Instance, d => d.IncludesGroups, (d, v) => d with { IncludesGroups = v }),
    ]);

    internal sealed record AccountDraft
    {
        public string? UserName { get; init; }

        public string? Password { get; init; }

        public string? Domain { get; init; }

        public NetworkCredential? Create() =>
            UserName is { } name && Password is { } password ? new NetworkCredential(name, password, Domain) : null;

        // Records print their properties.
        public override string ToString() => UserName ?? "";
    }

    internal sealed record ClientDraft
    {
        public AccountDraft? Account { get; init; }

        public TokenImpersonationLevel Level { get; init; } = ClientDefaults.AllowedImpersonationLevel;

        public bool AllowsNtlm { get; init; } = ClientDefaults.AllowNtlm;

        public WindowsClientCredential Create() => new()
        {
            ClientCredential = Account?.Create(),
            AllowedImpersonationLevel = Level,
            AllowNtlm = AllowsNtlm,
        };
    }

    internal sealed record ServiceDraft
    {
        public AccountDraft? Account { get; init; }

        public bool AllowsAnonymous { get; init; } = ServiceDefaults.AllowAnonymousLogons;

        public bool IncludesGroups { get; init; } = ServiceDefaults.IncludeWindowsGroups;

        public WindowsServiceCredential Create() => new()
        {
            Credential = Account?.Create(),
            AllowAnonymousLogons = AllowsAnonymous,
            IncludeWindowsGroups = IncludesGroups,
        };
    }
}
