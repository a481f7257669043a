using System.Collections.Immutable;
using SecureConversation.Configuration.Json;

namespace SecureConversation.Gateway.Settings;

/// <summary>The tables of routes.</summary>
internal static class RouteForms
{
    private static readonly PrintedForm<ImmutableArray<string>> Headers = new ListForm<string>(HeaderNameForm.Instance, () => "", 64);
    private static readonly PrintedForm<ImmutableArray<string>> Texts = new ListForm<string>(StringForm.Instance, () => "");

    public static ObjectForm<OutwardSettings> Outward { get; } = new("Outward", () => new(),
    [
        .. Common<OutwardSettings>(new SectionForm<SettingsForms.ClientDraft>(SettingsForms.Client, () => new())),
        new Key<OutwardSettings, OutwardCredentials>(nameof(OutwardSettings.Credentials),
            "Gateway (default): the credentials of Security. FromBasic: the user name of HTTP Basic, one session for each user.",
            EnumForm.Of<OutwardCredentials>(), s => s.Credentials, (s, v) => s with { Credentials = v }),
        new Key<OutwardSettings, int>(nameof(OutwardSettings.MaxUsers), "Users of FromBasic with sessions at a time. Default 1000.",
            new IntForm(1, 100_000), s => s.MaxUsers, (s, v) => s with { MaxUsers = v }),
        new Key<OutwardSettings, TimeSpan>(nameof(OutwardSettings.UserIdleTimeout),
            "How long the session of a user may be idle. At most a day; default 00:10:00.",
            LimitedTimeForm.Day, s => s.UserIdleTimeout, (s, v) => s with { UserIdleTimeout = v }),
        new Key<OutwardSettings, int>(nameof(OutwardSettings.MaxRequestBytes), "Largest plain request in bytes. Default 4194304.",
            IntForm.Positive, s => s.MaxRequestBytes, (s, v) => s with { MaxRequestBytes = v }),
        new Key<OutwardSettings, ImmutableArray<string>>(nameof(OutwardSettings.OneWayActions),
            "Actions that the service acknowledges with an empty reply.",
            Texts, s => s.OneWayActions, (s, v) => s with { OneWayActions = v }),
        new Key<OutwardSettings, ImmutableArray<string>>(nameof(OutwardSettings.IdempotentActions),
            "Actions that may be executed twice: they are repeated where the service has forgotten the session. One * for all.",
            Texts, s => s.IdempotentActions, (s, v) => s with { IdempotentActions = v }),
    ])
    { Incomplete = Missing };

    public static ObjectForm<InwardSettings> Inward { get; } = new("Inward", () => new(),
    [
        .. Common<InwardSettings>(new SectionForm<SettingsForms.ServiceDraft>(SettingsForms.Service, () => new())),
        new Key<InwardSettings, bool>(nameof(InwardSettings.KeepAddressing),
            "Whether the plain service gets the headers of WS-Addressing. Default false.",
            TruthForm.Instance, s => s.KeepAddressing, (s, v) => s with { KeepAddressing = v }),
        new Key<InwardSettings, IdentityForm>(nameof(InwardSettings.Identity),
            "How the plain service learns who the client is: Jwt (default), ClientCert (RFC 9440) or None.",
            EnumForm.Of<IdentityForm>(), s => s.Identity, (s, v) => s with { Identity = v }),
        new Key<InwardSettings, string?>(nameof(InwardSettings.Audience), "The audience of the token. Default: Address.",
            new OptionalForm<string>(StringForm.Instance), s => s.Audience, (s, v) => s with { Audience = v }),
        new Key<InwardSettings, string?>(nameof(InwardSettings.SessionHeader),
            "The header with the identifier of the session, for services that keep a state. Default: none.",
            new OptionalForm<string>(HeaderNameForm.Instance), s => s.SessionHeader, (s, v) => s with { SessionHeader = v }),
        new Key<InwardSettings, ImmutableArray<UserSettings>>(nameof(InwardSettings.Users),
            "Clients that show a user name and a password.",
            new ListForm<UserSettings>(User, () => new(), 10_000), s => s.Users, (s, v) => s with { Users = v }),
        new Key<InwardSettings, ImmutableArray<ReplyActionSettings>>(nameof(InwardSettings.ReplyActions),
            "The a:Action of replies that have none, where it is not that of the request with Response at its end.",
            new ListForm<ReplyActionSettings>(ReplyAction, () => new()), s => s.ReplyActions, (s, v) => s with { ReplyActions = v }),
    ])
    { Incomplete = Missing };

    private static ObjectForm<UserSettings> User => new("User", () => new(),
    [
        new Key<UserSettings, string>(nameof(UserSettings.Name), "The user name.", new StringForm(256), s => s.Name,
            (s, v) => s with { Name = v }) { IsRequired = true },
        new Key<UserSettings, string?>(nameof(UserSettings.Password),
            "The password. Better from an environment variable or a secret store than in a file.",
            SecretForm.Instance, s => s.Password, (s, v) => s with { Password = v }),
        new Key<UserSettings, ImmutableArray<string>>(nameof(UserSettings.Roles), "Roles in the token.", Texts, s => s.Roles,
            (s, v) => s with { Roles = v }),
    ])
    {
        Incomplete = s => s.Name.Length == 0 || string.IsNullOrEmpty(s.Password)
            ? "found a user without Name or Password, expected both: without a password everybody could be the user." : null,
    };

    private static ObjectForm<ReplyActionSettings> ReplyAction => new("ReplyAction", () => new(),
    [
        new Key<ReplyActionSettings, string>(nameof(ReplyActionSettings.Action), "The action of the request.", StringForm.Instance,
            s => s.Action, (s, v) => s with { Action = v }) { IsRequired = true },
        new Key<ReplyActionSettings, string>(nameof(ReplyActionSettings.ReplyAction), "The action of the reply.", StringForm.Instance,
            s => s.ReplyAction, (s, v) => s with { ReplyAction = v }) { IsRequired = true },
    ]);

    private static IEnumerable<Key<T>> Common<T>(Form<IConfigurationSection?> security)
        where T : RouteSettings =>
    [
        new Key<T, string>(nameof(RouteSettings.Path), "The path at the gateway, such as /orders.", PathForm.Instance,
            s => s.Path, (s, v) => s with { Path = v }) { IsRequired = true },
        new Key<T, Uri?>(nameof(RouteSettings.Address), "Where messages are forwarded to.", new HttpAddressForm(allowsQuery: true),
            s => s.Address, (s, v) => s with { Address = v }) { IsRequired = true },
        new Key<T, IConfigurationSection?>(nameof(RouteSettings.Security), "The message security, binding and credentials.", security,
            s => s.Security, (s, v) => s with { Security = v }) { IsRequired = true },
        new Key<T, Uri?>(nameof(RouteSettings.PublicAddress),
            "The address of the gateway in descriptions. Default: the URL of the request.", HttpAddressForm.Instance,
            s => s.PublicAddress, (s, v) => s with { PublicAddress = v }),
        new Key<T, Uri?>(nameof(RouteSettings.Wsdl), "Where the description is read. Default: Address with ?wsdl.",
            new HttpAddressForm(allowsQuery: true), s => s.Wsdl, (s, v) => s with { Wsdl = v }),
        new Key<T, bool>(nameof(RouteSettings.ServesWsdl), "Whether GET ?wsdl and ?singleWsdl are answered. Default true.",
            TruthForm.Instance, s => s.ServesWsdl, (s, v) => s with { ServesWsdl = v }),
        new Key<T, TimeSpan>(nameof(RouteSettings.Timeout), "How long a call may take. At most a day; default 00:01:40.",
            LimitedTimeForm.Day, s => s.Timeout, (s, v) => s with { Timeout = v }),
        new Key<T, ImmutableArray<string>>(nameof(RouteSettings.RequestHeaders),
            "Headers of HTTP that pass to the service beside those that SOAP needs.", Headers,
            s => s.RequestHeaders, (s, v) => s with { RequestHeaders = v }),
        new Key<T, ImmutableArray<string>>(nameof(RouteSettings.ResponseHeaders), "Headers of HTTP that pass to the client.", Headers,
            s => s.ResponseHeaders, (s, v) => s with { ResponseHeaders = v }),
    ];

    private static string? Missing(RouteSettings settings) =>
        settings.Path.Length == 0 ? "found no Path, expected one such as /orders: the gateway answers there."
        : settings.Address is null ? "found no Address, expected that of the service behind the gateway."
        : settings.Security is null ? "found no Security, expected a section with binding and credentials: without it nothing is protected."
        : settings.Timeout <= TimeSpan.Zero ? "found a Timeout of nothing, expected one above 00:00:00."
        : null;
}
