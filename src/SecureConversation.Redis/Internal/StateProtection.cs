using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging;

namespace SecureConversation.Redis.Internal;

/// <summary>Encrypts states for Redis. What cannot be decrypted is no session: its client opens another one.</summary>
internal sealed class StateProtection : IDisposable
{
    private readonly IDataProtector _protector;
    private readonly ILogger _log;
    private readonly LogLimit _limit;

    public StateProtection(IDataProtectionProvider provider, ILogger log, TimeProvider clock)
    {
        _protector = provider.CreateProtector("SecureConversation.Redis", "SessionState");
        _log = log;
        _limit = new LogLimit(entries: 1, clock, more => RedisLog.MoreUnreadable(log, more));
    }

    public byte[] Protect(SessionState state)
    {
        var plain = state.ToBytes();
        try
        {
            return _protector.Protect(plain);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>The octets of a state, which the caller zeroes; null for what was encrypted elsewhere or is damaged.</summary>
    public byte[]? Unprotect(byte[] data, string id)
    {
        try
        {
            return _protector.Unprotect(data);
        }
        catch (CryptographicException e)
        {
            if (_limit.TryTake())
            {
                RedisLog.Unreadable(_log, id, e);
            }

            return null;
        }
    }

    /// <summary>The state of the session; null where Redis has another one under its name.</summary>
    public SessionState? Read(byte[] plain, string id, string version)
    {
        SessionState? state = null;
        try
        {
            state = SessionState.FromBytes(plain);
            if (state.Id == id && state.Version.ToString(CultureInfo.InvariantCulture) == version)
            {
                return state;
            }
        }
        catch (FormatException e) when (_limit.TryTake())
        {
            RedisLog.Unreadable(_log, id, e);
            return null;
        }
        catch (FormatException)
        {
            return null;
        }

        state.Dispose();
        if (_limit.TryTake())
        {
            RedisLog.Misplaced(_log, id);
        }

        return null;
    }

    public void Dispose() => _limit.Dispose();
}
