using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using SecureConversation.Configuration;

namespace SecureConversation.Shared;

/// <summary>
/// The settings of a section. Reads them once, and again when the configuration or a file of a certificate has changed, and tells the
/// monitor of the options then. What cannot be read leaves the settings as they were.
/// </summary>
/// <remarks>
/// Files are looked at in intervals and not by the events of a file system, which do not come from all of them: a secret that a container
/// mounts is a link to a link that changes. A change counts when two looks see the same, since a certificate and its key are two files.
/// </remarks>
internal sealed class SettingsSource<TOptions, TSettings> : IOptionsChangeTokenSource<TOptions>, IDisposable
    where TSettings : class
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Func<TSettings> _read;
    private readonly Func<TSettings, IReadOnlyCollection<string>> _filesOf;
    private readonly Action<Exception> _refused;
    private readonly IDisposable _reloads;
    private readonly ITimer _timer;
    private CancellationTokenSource _changes = new();
    private TSettings? _settings;
    private IReadOnlyCollection<string> _files = [];
    private string _seen = "";
    private string? _pending;

    /// <param name="name">The name of the options.</param>
    /// <param name="section">The section.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="filesOf">The files of certificates that were read.</param>
    /// <param name="clock">Source of time.</param>
    /// <param name="refused">Told why changed settings are not taken.</param>
    public SettingsSource(string name, IConfiguration section, Func<TSettings> read,
        Func<TSettings, IReadOnlyCollection<string>> filesOf, TimeProvider clock, Action<Exception> refused)
    {
        Name = name;
        (_read, _filesOf, _refused) = (read, filesOf, refused);
        _reloads = ChangeToken.OnChange(section.GetReloadToken, Reload);
        _timer = clock.CreateTimer(_ => LookAtFiles(), null, Interval, Interval);
    }

    public string Name { get; }

    public IChangeToken GetChangeToken() => new CancellationChangeToken(Volatile.Read(ref _changes).Token);

    /// <summary>The settings that are valid now.</summary>
    /// <exception cref="OptionsValidationException">The first ones cannot be used.</exception>
    public TSettings Current
    {
        get
        {
            lock (_gate)
            {
                try
                {
                    return _settings ??= Read();
                }
                catch (SettingsException e)
                {
                    throw new OptionsValidationException(Name, typeof(TOptions), e.Problems);
                }
            }
        }
    }

    public void Dispose()
    {
        _reloads.Dispose();
        _timer.Dispose();
    }

    /// <summary>Reads the section. Afterwards the stamps are those that the files had before they were read.</summary>
    private TSettings Read()
    {
        while (true)
        {
            var stamps = Stamps(_files);
            try
            {
                var settings = _read();
                if (Knows(_filesOf(settings), stamps))
                {
                    return settings;
                }
            }
            catch (SettingsException e) when (Knows(e.CertificateFiles, stamps))
            {
                throw;
            }
            catch (SettingsException)
            {
                // Once more, with the stamps of the files that it names.
            }
        }
    }

    private bool Knows(IReadOnlyCollection<string> files, string stamps)
    {
        if (_files.SequenceEqual(files))
        {
            _seen = stamps;
            return true;
        }

        _files = files;
        return false;
    }

    private void LookAtFiles()
    {
        lock (_gate)
        {
            if (_files.Count == 0)
            {
                return;
            }

            var stamps = Stamps(_files);
            if (stamps == _seen)
            {
                _pending = null;
                return;
            }

            if (stamps != _pending)
            {
                _pending = stamps;
                return;
            }

            (_seen, _pending) = (stamps, null);
        }

        Reload();
    }

    private void Reload()
    {
        try
        {
            lock (_gate)
            {
                // Nobody has asked for them yet.
                if (_settings is null)
                {
                    return;
                }

                _settings = Read();
            }

            // The monitor makes options of them and tells who follows; what is not valid comes back from there.
            var before = Interlocked.Exchange(ref _changes, new CancellationTokenSource());
            before.Cancel();
        }
        catch (Exception e)
        {
            var cause = e is AggregateException { InnerExceptions: [var only] } ? only : e;
            // A change that comes while the host ends finds its services gone, and nobody whom it concerns.
            if (cause is not ObjectDisposedException { ObjectName: nameof(IServiceProvider) })
            {
                _refused(cause);
            }
        }
    }

    private static string Stamps(IEnumerable<string> files) => string.Join('\n', files.Select(Stamp));

    private static string Stamp(string path)
    {
        try
        {
            var file = new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);
            return file.Exists ? FormattableString.Invariant($"{path}|{file.LastWriteTimeUtc.Ticks}|{file.Length}|{file.FullName}") : path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return path;
        }
    }
}
