using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace SecureConversation.Testing.Peers;

/// <summary>
/// A Kerberos realm of its own: MIT's KDC on a free port, with two users and a service, and the files that the library of this process
/// reads. There is one for a process, because that library finds its configuration by the environment.
/// </summary>
public sealed class KerberosRealm : IAsyncDisposable
{
    public const string Name = "SC.TEST";
    public const string User = "alice";
    public const string OtherUser = "bob";
    public const string Password = "password of the user";

    /// <summary>The name of the service, whose key is in the keytab.</summary>
    public const string Spn = "http/localhost";

    /// <summary>The name that a client takes by the address alone; in the keytab as well.</summary>
    public const string HostSpn = "host/localhost";

    /// <summary>The name of another service: the KDC has its key, the keytab does not.</summary>
    public const string OtherSpn = "http/other";

    private static readonly string[] Programs = ["kdb5_util", "kadmin.local", "krb5kdc", "kinit"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kdc-");
    private readonly Dictionary<string, string> _environment;
    private Process? _kdc;

    private KerberosRealm() => _environment = new()
    {
        ["KRB5_CONFIG"] = PathOf("krb5.conf"),
        ["KRB5_KDC_PROFILE"] = PathOf("kdc.conf"),
    };

    /// <summary>Why there is no realm here; null when there can be one.</summary>
    public static string? MissingReason => !OperatingSystem.IsLinux() ? "The KDC of the tests is that of Debian."
        : Programs.FirstOrDefault(program => Find(program) is null) is { } missing
            ? $"The program {missing} is not installed (Debian: krb5-kdc, krb5-admin-server, krb5-user)."
        : !NativeLibrary.TryLoad("libgssapi_krb5.so.2", out _) ? "The library libgssapi_krb5.so.2 is not installed (Debian: libgssapi-krb5-2)."
        : null;

    /// <summary>Makes the realm, starts its KDC, and has this process use it.</summary>
    public static async Task<KerberosRealm> StartAsync()
    {
        var realm = new KerberosRealm();
        try
        {
            await realm.BeginAsync();
            return realm;
        }
        catch
        {
            await realm.DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts tickets of a user into the credential cache that the process has.</summary>
    public void GetTickets(string user = User) => Run("kinit", Password + "\n", $"{user}@{Name}");

    public void RemoveTickets() => File.Delete(PathOf("tickets"));

    /// <summary>The process has no key of a service until the result is disposed of.</summary>
    public IDisposable WithoutKeytab()
    {
        File.Move(PathOf("keytab"), PathOf("keytab.away"));
        return new Restored(() => File.Move(PathOf("keytab.away"), PathOf("keytab")));
    }

    public async ValueTask DisposeAsync()
    {
        if (_kdc is { HasExited: false })
        {
            _kdc.Kill();
            await _kdc.WaitForExitAsync();
        }

        _kdc?.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task BeginAsync()
    {
        var port = FreePort();
        File.WriteAllText(PathOf("krb5.conf"), $$"""
            [libdefaults]
              default_realm = {{Name}}
              dns_lookup_kdc = false
              dns_lookup_realm = false
              dns_canonicalize_hostname = false
              rdns = false
              udp_preference_limit = 1
              default_ccache_name = FILE:{{PathOf("tickets")}}
              default_keytab_name = FILE:{{PathOf("keytab")}}
              default_client_keytab_name = FILE:{{PathOf("none")}}
            [realms]
              {{Name}} = {
                kdc = 127.0.0.1:{{port}}
              }
            """);
        File.WriteAllText(PathOf("kdc.conf"), $$"""
            [kdcdefaults]
              kdc_listen = ""
              kdc_tcp_listen = 127.0.0.1:{{port}}
            [realms]
              {{Name}} = {
                database_name = {{PathOf("database")}}
                key_stash_file = {{PathOf("stash")}}
                acl_file = {{PathOf("acl")}}
                supported_enctypes = aes256-cts:normal aes128-cts:normal
              }
            [logging]
              kdc = FILE:{{PathOf("kdc.log")}}
            """);
        Run("kdb5_util", "", "create", "-r", Name, "-s", "-P", "master password");
        foreach (var user in new[] { User, OtherUser })
        {
            Administer($"addprinc -pw \"{Password}\" {user}");
        }

        foreach (var service in new[] { Spn, HostSpn, OtherSpn })
        {
            Administer($"addprinc -randkey {service}");
        }

        Administer($"ktadd -k {PathOf("keytab")} {Spn} {HostSpn}");
        await StartKdcAsync(port);

        // The native library reads the environment of the process, which .NET only copies, at each use. A first setenv copies the list of
        // variables and changes nothing that another thread may be reading.
        if (SetEnvironment("KRB5_CONFIG", PathOf("krb5.conf"), 1) != 0)
        {
            throw new InvalidOperationException("setenv failed");
        }

        foreach (var variable in new[] { "KRB5_KTNAME", "KRB5CCNAME", "KRB5_CLIENT_KTNAME" })
        {
            _ = UnsetEnvironment(variable);
        }
    }

    private async Task StartKdcAsync(int port)
    {
        _kdc = Process.Start(Start("krb5kdc", "-n"))!;
        _kdc.BeginOutputReadLine();
        _kdc.BeginErrorReadLine();
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (deadline.Elapsed < TimeSpan.FromSeconds(30) && !_kdc.HasExited)
            {
                await Task.Delay(20);
            }
        }
    }

    private void Administer(string query) => Run("kadmin.local", "", "-r", Name, "-q", query);

    private void Run(string program, string input, params string[] arguments)
    {
        using var process = Process.Start(Start(program, arguments))!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"{program} ended with {process.ExitCode}: {output}{errors.Result}"));
        }
    }

    private ProcessStartInfo Start(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Find(program) ?? throw new InvalidOperationException(MissingReason), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        start.Environment.Remove("KRB5CCNAME");
        start.Environment.Remove("KRB5_KTNAME");
        return start;
    }

    private string PathOf(string file) => Path.Combine(_folder.FullName, file);

    // Those of administrators are not on everybody's path.
    private static string? Find(string program) => PeerAvailability.FindProgram(program)
        ?? (File.Exists($"/usr/sbin/{program}") ? $"/usr/sbin/{program}" : null);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetEnvironment(string name, string value, int overwrite);

    [DllImport("libc", EntryPoint = "unsetenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int UnsetEnvironment(string name);

    private sealed class Restored(Action restore) : IDisposable
    {
        public void Dispose() => restore();
    }
}
